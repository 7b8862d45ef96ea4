import { sections } from "../../docs/.vitepress/site-map.ts";
import { runPages } from "./run-pages.ts";

runPages(
  sections
    .filter(({ title }) => title === "Coming from" || title === "Recipes")
    .flatMap(({ pages }) => pages.map(({ source }) => source)),
);
