import { sections } from "../../docs/.vitepress/site-map.ts";
import { runPages } from "./run-pages.ts";

const course = sections.find(({ title }) => title.endsWith("a course"));
runPages((course?.pages ?? []).map(({ source }) => source));
