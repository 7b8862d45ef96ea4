import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";
import { defineConfig } from "vitepress";
import { useEmptyHeaders } from "./empty-headers.ts";
import { copyLinkedFiles, useRepositoryLinks } from "./links.ts";
import { findAddress, sections } from "./site-map.ts";
import { slugify } from "./slug.ts";

const docs = join(import.meta.dirname, "..");
const root = join(docs, "..");
const linked = new Set<string>();

const apiSidebar = join(docs, "api/typedoc-sidebar.json");
const api = existsSync(apiSidebar) ? readApiSidebar() : [];

/** TypeDoc's sidebar with this site's addresses. Without groups that fold: their buttons contain other buttons. */
function readApiSidebar() {
  const text = readFileSync(apiSidebar, "utf8").replaceAll(/"\/docs\/(.*?)(index)?\.md"/g, '"/$1$2.html"');
  return JSON.parse(text, (key, value) => (key === "collapsed" ? undefined : value));
}

/** Pages outside `docs` import Vue, which only `docs/node_modules` has. */
const findVue: Plugin = {
  name: "find-vue",
  enforce: "pre",
  resolveId(id, importer, options) {
    if (!/^vue(\/|$)/.test(id)) return null;
    if (options.ssr) return { id, external: true };
    const isOutside = importer !== undefined && !importer.startsWith(docs);
    return isOutside ? this.resolve(id, join(docs, "index.md"), options) : null;
  },
};

export default defineConfig({
  title: "manyhands",
  description: "Python's multiprocessing for TypeScript on Node.js",
  lang: "en",
  head: [["link", { rel: "icon", href: "data:," }]],
  // Pages are read where they are in the repository, and have addresses of their own.
  srcDir: "..",
  outDir: "dist",
  srcExclude: ["README.md", "examples/**", "packages/manyhands*/**", "**/CHANGELOG.md"],
  rewrites: (source) => `${findAddress(source) ?? source.replace(/\.md$/, "")}.md`,
  markdown: {
    languageAlias: { layers: "yaml" },
    anchor: { slugify },
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    config: (markdown) => {
      useRepositoryLinks(markdown, root, linked);
      useEmptyHeaders(markdown);
    },
  },
  buildEnd: ({ outDir }) => copyLinkedFiles(linked, root, outDir),
  vite: {
    plugins: [findVue],
    build: { chunkSizeWarningLimit: 3000 },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Guide", link: "/guide/getting-started.html" },
      { text: "API", link: "/api/index.html" },
    ],
    sidebar: {
      "/api/": [{ text: "API", items: api }],
      "/": sections.map(({ title, pages }) => ({
        text: title,
        items: pages.map(({ title, address }) => ({ text: title, link: `/${address}.html` })),
      })),
    },
  },
});
