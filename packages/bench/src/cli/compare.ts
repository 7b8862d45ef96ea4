import { BenchError, exitCodes } from "../base/bench-error.ts";
import { readResult } from "../base/result-file.ts";
import { comparisonText } from "../report/comparison-text.ts";
import { styleOf } from "../report/style.ts";
import { defineCommand } from "./command.ts";
import { compareResults } from "./comparing.ts";
import { choice, share } from "./flag.ts";

/** `manyhands-bench compare A B [C…]`: each later result against the first. */
export const compare = defineCommand({
  name: "compare",
  operands: "A B [C…]",
  summary: "later results against the first: regressed, improved, the same or inconclusive",
  flags: {
    "noise-threshold": share(0.02, {
      help: "change that does not matter; never below the runs' own noise",
      initially: " (2%)",
    }),
    format: choice(["pretty", "json"], "pretty", { help: "what goes to standard output" }),
    style: choice(["auto", "plain"], "auto", { help: "plain: ASCII without colour" }),
  },
  async run({ values, operands, stdout }) {
    const [first, ...others] = operands;
    if (first === undefined || others.length === 0) {
      throw new BenchError("Cannot compare: name two result files or more; see --help", exitCodes.usage);
    }
    const earlier = readResult(first);
    let regressed = false;
    for (const path of others) {
      const { comparisons, threshold } = compareResults(earlier, readResult(path), values["noise-threshold"]);
      regressed ||= comparisons.some((comparison) => comparison.comparable && comparison.verdict === "regressed");
      if (values.format === "json")
        stdout.write(`${JSON.stringify({ earlier: first, later: path, threshold, comparisons })}\n`);
      else stdout.write(`${first} → ${path}: ${comparisonText(comparisons, threshold, styleOf(stdout, values.style))}`);
    }
    return regressed ? exitCodes.gate : exitCodes.ok;
  },
});
