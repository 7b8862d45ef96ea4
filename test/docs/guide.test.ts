import { sections } from "../../docs/.vitepress/site-map.ts";
import { runPages } from "./run-pages.ts";

const guide = sections.find(({ title }) => title === "Guide");
runPages(["README.md", "docs/index.md", ...(guide?.pages ?? []).map(({ source }) => source)]);
