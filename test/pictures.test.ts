import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const pictures = execFileSync("git", ["ls-files", "*.svg"], { cwd: root, encoding: "utf8" }).trimEnd().split("\n");

describe.each(pictures)("the picture %s", (file) => {
  const svg = read(file);

  it("has a title and a description for screen readers", () => {
    expect(svg).toMatch(/role="img" aria-labelledby="title desc"/);
    expect(svg).toMatch(/<title id="title">[^<]+<\/title>\s*<desc id="desc">[^<]+<\/desc>/);
  });

  it("is drawn in light and dark, small enough to be read on a narrow page, without anything from elsewhere", () => {
    expect(svg).toContain("prefers-color-scheme: dark");
    expect(svg).toMatch(/^<svg [^>]*width="480"/);
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|<script|<image|@import/);
  });

  it("gives each colour a dark one", () => {
    const [light = "", dark = ""] = svg.split(" (prefers-color-scheme: dark) {\n");
    const named = (text: string) => [...text.matchAll(/^ +([.\w]+) \{[^}]*#/gm)].map(([, name]) => name).sort();
    expect(named(dark)).toEqual(named(light));
  });
});

it("the bars of packages/bench/docs/speed-up.svg are the rows of the README's table", () => {
  const svg = read("packages/bench/docs/speed-up.svg");
  const [, table = ""] = /^\| kernel .*\n.*\n((?:\|.*\n)+)/m.exec(read("packages/bench/README.md")) ?? [];
  const x = (speedUp: string | undefined) => Math.round(110 + 140 * Number(speedUp));
  const rows = table
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ *\| */).slice(1));
  const expected = rows.map(([kernel, , speedUp, interval = ""]) => {
    const [low, high] = interval.split("…").map(x);
    return { kernel, speedUp: `${speedUp}×`, width: x(speedUp) - 110, low, high };
  });
  const bars = svg.matchAll(
    /x="102" y="\d+">(\w+)<\/text>\n.*width="(\d+)" height="16" \/>\n.*d="M(\d+) \d+H(\d+)M\3 \d+v10M\4 \d+v10" \/>\n.*>(.*)<\/text>/g,
  );
  const drawn = [...bars].map(([, kernel, width, low, high, speedUp]) => ({
    kernel,
    speedUp,
    width: Number(width),
    low: Number(low),
    high: Number(high),
  }));
  expect(rows).not.toEqual([]);
  expect(drawn).toEqual(expected);
});
