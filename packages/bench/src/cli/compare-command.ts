import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { choice, count, text, texts, toggle } from "@manyhands/process/command-line";
import { BenchError, exitCodes } from "../base/bench-error.ts";
import type { Comparison } from "../base/comparison.ts";
import { readResult } from "../base/result-file.ts";
import { measureCommands } from "../measure/machine/measure-commands.ts";
import { judge, roundsNeeded } from "../model/compare-results.ts";
import { certainChange } from "../model/noise-floor.ts";
import { factor, range } from "../report/data/format-number.ts";
import { type Compared, comparisonHtml } from "../report/html/comparison-html.ts";
import { comparisonText } from "../report/terminal/comparison-text.ts";
import { styleOf } from "../report/terminal/terminal-style.ts";
import { compareResults } from "./comparing.ts";
import { gateFailed } from "./gate-failure.ts";
import { benchCommand, cutShort } from "./parse/command.ts";
import { duration, share } from "./parse/flag.ts";

/** `manyhands-bench compare A B [C…]`: each later result against the first. */
export const compare = benchCommand({
  name: "compare",
  operands: "<A> <B> [C...]",
  summary: "later results against the first: regressed, improved, the same or inconclusive",
  group: "Results",
  flags: {
    ab: toggle({ help: "A and B are command lines, timed in the same rounds; A against itself shows the noise" }),
    runs: count("N", 60, 6, { help: "with --ab: most rounds; each runs B once and A twice" }),
    warmup: count("N", 1, 0, { help: "with --ab: unmeasured runs of each command" }),
    "max-time": duration(60_000, { help: "with --ab: longest time, once there are six rounds", initially: " (60s)" }),
    seed: count("N", undefined, 0, { help: "with --ab: repeats the order of an earlier run" }),
    "noise-threshold": share(0.02, {
      help: "largest change that counts as none; at least the noise of the runs",
      initially: " (2%)",
    }),
    "fail-if": texts("EXPR", {
      help: "end with exit code 1 when this is certain of a later result: 'speedup(ep,p=2) < 1.5'",
    }),
    all: toggle({ help: "show all rows, not only the largest changes" }),
    html: text("PATH", undefined, { help: "also write a page in one file, with a forest plot" }),
    format: choice(["pretty", "json"], "pretty", { help: "format of standard output" }),
    style: choice(["auto", "plain"], "auto", { help: "plain: ASCII without colour" }),
  },
  async run({ values, operands, stdout, stderr, signal }) {
    const [first = "", ...others] = operands;
    const show = (later: string, comparisons: readonly Comparison[], threshold: number) => {
      if (values.format === "json")
        stdout.write(`${JSON.stringify({ earlier: first, later, threshold, comparisons })}\n`);
      else {
        const style = styleOf(stdout, values.style);
        stdout.write(`${first} → ${later}: ${comparisonText(comparisons, threshold, style, values.all)}`);
      }
      compared.push({ earlier: first, later, comparisons, threshold });
    };
    const compared: Compared[] = [];
    const writePage = () => {
      if (values.html === undefined) return;
      mkdirSync(dirname(values.html), { recursive: true });
      writeFileSync(values.html, comparisonHtml(compared));
    };
    if (values.ab) {
      if (others.length > 1) throw new BenchError("Cannot compare: --ab takes two command lines", exitCodes.usage);
      const [second = ""] = others;
      const { seed, runs, warmup } = values;
      const { ratio, itself } = await measureCommands(first, second, {
        ...{ rounds: runs, warmUps: warmup, maxTimeMs: values["max-time"], signal },
        targetError: values["noise-threshold"] / 2,
        ...(seed === undefined ? {} : { seed }),
      });
      const threshold = Math.max(values["noise-threshold"], certainChange(itself));
      if (values.format === "pretty")
        stderr.write(`A against itself: ${factor(itself.value)} (${range(itself, factor)}), ${itself.pairs} rounds\n`);
      const verdict = judge(ratio, threshold, false);
      const needed = verdict === "inconclusive" ? roundsNeeded(ratio, threshold, ratio.pairs) : undefined;
      const further = needed === undefined ? {} : { roundsNeeded: needed };
      show(second, [{ name: "time", ratio, moreIsBetter: false, comparable: true, verdict, ...further }], threshold);
      writePage();
      return cutShort(signal) ?? (verdict === "regressed" ? exitCodes.gate : exitCodes.ok);
    }
    const earlier = readResult(first);
    let failed = false;
    for (const path of others) {
      const later = readResult(path);
      const { comparisons, threshold } = compareResults(earlier, later, values["noise-threshold"]);
      show(path, comparisons, threshold);
      const regressed = comparisons.some((comparison) => comparison.comparable && comparison.verdict === "regressed");
      failed = gateFailed(values["fail-if"], later, stderr) || regressed || failed;
    }
    writePage();
    return failed ? exitCodes.gate : exitCodes.ok;
  },
});
