import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { findAddress, isOnSite, sections } from "../../docs/.vitepress/site-map.ts";
import { slugify } from "../../docs/.vitepress/slug.ts";
import { findBrokenLinks, root } from "./page.ts";

const pages = execFileSync("git", ["ls-files", "*.md"], { cwd: root, encoding: "utf8" }).trimEnd().split("\n");

it.each(pages)("the links of %s lead to files and headings that exist", (page) => {
  expect(findBrokenLinks(page)).toEqual([]);
});

it("the sidebar of the site has every page", () => {
  expect(pages.filter((page) => isOnSite(page) && findAddress(page) === undefined)).toEqual([]);
});

it("the site leaves out the changelogs that a release writes", () => {
  expect(isOnSite("packages/process/CHANGELOG.md")).toBe(false);
});

it("every page of the sidebar exists", () => {
  const sources = sections.flatMap((section) => section.pages.map(({ source }) => source));
  expect(sources.filter((source) => !pages.includes(source))).toEqual([]);
});

describe("slugify()", () => {
  it.each([
    ["Start methods", "start-methods"],
    ["`interrupt()`", "interrupt"],
    ["Signals, and the end of a child", "signals-and-the-end-of-a-child"],
    ["What `__main__` is", "what-__main__-is"],
  ])("makes an anchor of %s", (heading, anchor) => expect(slugify(heading)).toBe(anchor));
});
