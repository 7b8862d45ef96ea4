import { describe, expect, it } from "vitest";
import type { Result } from "../../src/base/result-file.ts";
import { resultText } from "../../src/report/terminal/result-text.ts";
import { scalingResult, spawnResult } from "../fixture/result.ts";
import { resultCases } from "../fixture/result-cases.ts";

const style = (columns: number, unicode: boolean) => ({ columns, unicode, colour: false });

describe.each(Object.entries(resultCases))("the text of %s", (_, result) => {
  it.each([60, 80, 120])("is no wider than a terminal of %i columns, in Unicode and ASCII", (columns) => {
    for (const unicode of [true, false]) {
      const lines = resultText(result, style(columns, unicode)).split("\n");
      // A word is never cut: one that is longer than a line has a line of its own.
      const wide = lines.filter((line) => line.length > columns && /\S \S/.test(line.trim().replace(/\S{40,}/, "")));
      expect(wide).toEqual([]);
    }
  });

  it("has every sentence on one line when the stream has no width", () => {
    const text = resultText(result, style(Number.POSITIVE_INFINITY, false));
    expect(text).not.toMatch(/NaN|Infinity/);
    for (const { text: words } of result.warnings) expect(text).toContain(`${words}\n`);
  });

  it("is ASCII when the stream shows no Unicode, with every character replaced", () => {
    const text = resultText(result, style(80, false));
    expect(text).not.toMatch(/[^\n\x20-\x7e]/);
    expect(text).not.toMatch(/\?|NaN|Infinity|undefined/);
  });

  it("contains colours only when the stream shows them", () => {
    expect(resultText(result, { ...style(80, true), colour: true })).toContain("\u001b[1m");
    expect(resultText(result, style(80, true))).not.toContain("\u001b");
  });
});

it("scalingText() draws a few levels as bars with the ideal marked, more as a plot", () => {
  const few = resultText(scalingResult({ levels: [1, 2], usable: 2 }), style(80, false));
  expect(few).toMatch(/^ {2}serial loop #+ +1\.00$/m);
  expect(few).toMatch(/^ {2}2 workers {3}#+ +\| 1\.\d\d$/m);
  const more = resultText(scalingResult(), style(80, false));
  expect(more).toMatch(/^ +4\.20 \|.*\n(?: +\|.*\n)+ +0 \|.*\n +1 +2 +4 workers$/m);
});

it("scalingText() starts with the result: each of a few kernels, the range of many", () => {
  const answer = (name: string) => resultText(resultCases[name] as Result, style(200, true)).split("\n")[3];
  expect(answer("a scaling run")).toMatch(
    /^With 4 workers ep is 3\.\d\d times as fast \(\d+\.\d % of what native threads reach\)\.$/,
  );
  expect(answer("five kernels, one of them wrong and one without a ceiling")).toMatch(
    /^With 2 workers 4 kernels are 1\.\d\d \(\w+\) to 1\.\d\d \(\w+\) times as fast as the serial loop\.$/,
  );
});

it("spawnText() draws children over a logarithmic axis with labelled decades", () => {
  const text = resultText(spawnResult({ ballasts: [0] }), style(80, true));
  expect(text).toMatch(/^ {2}thread +(?:┊ +)+├─+●─*┤/m);
  expect(text).toMatch(/^ +1 µs +10 µs +100 µs +1 ms +10 ms +100 ms/m);
});
