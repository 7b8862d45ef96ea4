import { describe, expect, it } from "vitest";
import type { Result } from "../../src/base/result-file.ts";
import { resultMarkdown } from "../../src/report/export/markdown.ts";
import { resultHtml } from "../../src/report/html/result-html.ts";
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
    /^With 4 workers ep is 3\.\d\d times as fast \(3\.\d\d…3\.\d\d\), \d+\.\d % of what native threads reach\.$/,
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

describe("a doubt is shown where the number is", () => {
  const warnings = [
    { code: "few-rounds", severity: "invalid", text: "Only 3 rounds", subject: "ep" },
    { code: "skew", severity: "note", text: "A skew", subject: "ep" },
  ] as const;
  const result = scalingResult({ rounds: 3, warnings });

  it("at the headline, at the kernel's title and at each weakened cell of the terminal", () => {
    const text = resultText(result, style(200, false));
    const [, , , badge, finding] = text.split("\n");
    expect(badge).toBe("invalid: ep: Only 3 rounds");
    expect(finding).toContain("in too few rounds for an interval");
    expect(text).toMatch(/^ep \[invalid\] {2}/m);
    expect(text).toMatch(/^ +4 .* 3\.\d\d ! +no interval +\d+\.\d % !/m);
  });

  it("on the page and in Markdown", () => {
    const html = resultHtml(result);
    expect(html).toMatch(/<p class="lead"><a class="badge invalid" href="#doubts"/);
    expect(html).toMatch(/<h2 id="ep-[^"]*">ep: [^<]*<a class="badge invalid"/);
    expect(html).toMatch(/<td class="invalid" title="Fewer than six rounds/);
    expect(html).not.toMatch(/class="interval" d=/);
    expect(resultMarkdown(result)).toContain("**invalid**: ep: Only 3 rounds");
  });

  it("nowhere without a caution", () => {
    const text = resultText(scalingResult({ warnings: [warnings[1]] }), style(200, false));
    expect(text.split("\n")[3]).toMatch(/^With 4 workers/);
    expect(text).not.toContain("[invalid]");
  });
});

describe("figures that noise makes absurd", () => {
  const quiet = scalingResult({ levels: [1, 2], usable: 2 });
  const noisy = {
    ...quiet,
    levels: quiet.levels.map((level) => ({
      ...level,
      machineEfficiency: { value: 2.937, low: 0.4, high: 7.9, pairs: 6, ofMedians: 2.937 },
      loss: {
        useful: 1.082,
        inflation: -0.6,
        waiting: 0.518,
        steal: 0,
        throttled: 0,
        other: 0,
        balance: 0,
        dispatch: 0,
      },
    })),
  };

  it("a share above that of native threads is called not measurable, and marked in the table", () => {
    const text = resultText(noisy, style(200, false));
    expect(text).toMatch(/^With 2 workers ep .*, a share of native threads that is not measurable here\.$/m);
    expect(text).toMatch(/^ +2 .* 293\.7 % !/m);
    const page = resultHtml(noisy);
    expect(page).not.toContain("293.7 % of what native threads reach");
    expect(resultHtml(quiet)).toContain('class="bar machine-share"');
    expect(page).not.toContain('class="bar machine-share"');
  });

  it("the lost share is the same on the terminal and in the picture's title", () => {
    expect(resultText(noisy, style(200, false))).toContain(
      "lost with 2 workers: 51.8 % of their time: waiting for a CPU 51.8 %",
    );
    expect(resultHtml(noisy)).toContain(
      "With 2 workers 51.8 % of their time is lost, most to waiting for a CPU (51.8 %)",
    );
  });
});
