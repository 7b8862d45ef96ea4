import { describe, expect, it } from "vitest";
import { ranked } from "../../src/report/data/comparison-rows.ts";
import { comparisonHtml } from "../../src/report/html/comparison-html.ts";
import { comparisonText } from "../../src/report/terminal/comparison-text.ts";
import { comparisonCases, manyComparisons } from "../fixture/comparison-cases.ts";

const style = { columns: 120, unicode: true, colour: false };

describe("comparisonText() of many rows", () => {
  const many = manyComparisons();

  it("shows the largest regressions and improvements, and counts the rest", () => {
    const lines = comparisonText(many, 0.02, style).trimEnd().split("\n");
    expect(many.length).toBeGreaterThan(100);
    expect(lines.length).toBeLessThan(26);
    const ratios = (verdict: string) =>
      lines.filter((line) => line.endsWith(verdict)).map((line) => Number(/ (\d+\.\d\d) /.exec(line)?.[1]));
    const [worse, better] = [ratios("regressed"), ratios("improved")];
    expect(worse).toHaveLength(10);
    expect(better).toHaveLength(10);
    const change = (ratio: number) => Math.abs(Math.log(ratio));
    for (const own of [worse, better]) expect(own).toEqual([...own].sort((one, two) => change(two) - change(one)));
    expect(lines.at(-2)).toMatch(/^\d+ regressed, \d+ improved, \d+ the same, \d+ inconclusive/);
    expect(lines.at(-1)).toBe(`${many.length - 20} of ${many.length} are not shown; compare --all shows them`);
  });

  it("shows all rows when asked for all", () => {
    const text = comparisonText(many, 0.02, style, true);
    expect(text.split("\n").length).toBeGreaterThan(many.length);
    expect(text).not.toContain("--all");
  });

  it("only counts rows without a change", () => {
    const text = comparisonText(
      many.map((comparison) => ({ ...comparison, verdict: "same" })),
      0.02,
      style,
    );
    expect(text.trimEnd().split("\n")).toHaveLength(3);
    expect(text).toContain(`no certain change; compare --all shows the ${many.length} rows`);
  });
});

it("comparisonText() shows all of a few rows, regressions first", () => {
  const few = comparisonCases["every verdict"] ?? [];
  const text = comparisonText([...few].reverse(), 0.02, style);
  const places = ranked(few).map(({ name }) => text.indexOf(name));
  expect(places).toEqual([...places].sort((one, two) => one - two));
  expect(places[0]).toBeGreaterThan(0);
  expect(text).toContain("inconclusive, about 40 rounds would decide");
});

it.each(Object.entries(comparisonCases))(
  "the page of %s names every row, its picture every one that it draws",
  (_, comparisons) => {
    const rows = comparisons.length === 0 ? 0 : comparisons.length + 1 + (comparisons.length > 20 ? 21 : 0);
    const html = comparisonHtml([{ earlier: "a<b>.json", later: "b.json", comparisons, threshold: 0.02 }]);
    expect(html).not.toMatch(/<b>|NaN|Infinity|undefined/);
    expect(html.match(/<tr>/g)?.length ?? 0).toBe(rows);
    const drawn = html.match(/class="forest \w+"><title>[^<]+<\/title>/g) ?? [];
    expect(drawn.length).toBe(Math.min(20, comparisons.length));
  },
);
