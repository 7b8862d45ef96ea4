import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import type { MarkdownRenderer } from "vitepress";
import { findAddress } from "./site-map.ts";

/**
 * Lets the links of a page work on the site as in the repository. A link to a page of the site leads to its address; a
 * link to another file of the repository leads to a copy of that file in `source/`, so that the site is whole offline.
 *
 * @param copied collects the files that pages link to.
 */
export function useRepositoryLinks(markdown: MarkdownRenderer, root: string, copied: Set<string>): void {
  markdown.core.ruler.push("repository-links", ({ tokens, env }) => {
    const source: string = env.realPath ?? env.path;
    const folder = dirname(source.slice(root.length + 1));
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === "link_open" ? token.attrGet("href") : null;
      if (href !== null && !/^([a-z]+:|[#/])/.test(href)) token.attrSet("href", addressOf(href, folder, root, copied));
    }
  });
}

function addressOf(href: string, folder: string, root: string, copied: Set<string>): string {
  const [path = "", anchor] = href.split("#");
  const file = fileOf(normalize(join(folder, path)), root);
  const address = findAddress(file);
  const hash = anchor === undefined ? "" : `#${anchor}`;
  if (address !== undefined) return `/${address}.html${hash}`;
  copied.add(file);
  return `/source/${file}.txt`;
}

/** What a link names; for a folder with a README, the README. */
function fileOf(path: string, root: string): string {
  const readme = join(path, "README.md");
  if (existsSync(join(root, readme))) return readme;
  if (!existsSync(join(root, path))) throw new Error(`A page links to ${path}, which does not exist`);
  return path.replace(/\/$/, "");
}

/** Copies the files that pages link to into the built site, as text; of a folder, the names of its files. */
export function copyLinkedFiles(files: Iterable<string>, root: string, site: string): void {
  for (const file of files) {
    const copy = join(site, "source", `${file}.txt`);
    mkdirSync(dirname(copy), { recursive: true });
    if (statSync(join(root, file)).isDirectory()) writeFileSync(copy, readdirSync(join(root, file)).join("\n"));
    else copyFileSync(join(root, file), copy);
  }
}
