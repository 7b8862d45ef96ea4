import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const folder = join(import.meta.dirname, "../decisions");
const read = (file: string) => readFileSync(join(folder, file), "utf8");

it("the index of decisions lists every page by its title", () => {
  const pages = readdirSync(folder).filter((file) => /^\d+-.*\.md$/.test(file));
  const titles = pages.map((file) => {
    const [, number, title = ""] = /^# (\d+): (.*)$/m.exec(read(file)) ?? [];
    return `- [${number}](${file}): ${title.charAt(0).toUpperCase()}${title.slice(1)}`;
  });
  expect([...read("README.md").matchAll(/^- .*$/gm)].map(String).sort()).toEqual(titles.sort());
});

it("no two decisions have the same number", () => {
  const numbers = readdirSync(folder).flatMap((file) => /^\d+(?=-)/.exec(file) ?? []);
  expect(numbers).toEqual([...new Set(numbers)]);
});
