import { sections } from "../../docs/.vitepress/site-map.ts";
import { runPages } from "./run-pages.ts";

const guide = sections.find(({ title }) => title === "Guide");
runPages(["README.md", "packages/process/README.md", ...(guide?.pages ?? []).map(({ source }) => source)]);
