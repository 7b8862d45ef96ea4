import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { text, texts } from "@manyhands/process/command-line";
import { exitCodes } from "../base/bench-error.ts";
import { readResult } from "../base/result-file.ts";
import { formats } from "./format.ts";
import { gateFailed } from "./gate-failure.ts";
import { benchCommand } from "./parse/command.ts";

/**
 * `manyhands-bench ci FILE…`: the summary of a workflow step, and files for github-action-benchmark and Bencher.
 *
 * GitHub shows the Markdown that a step appends to the file of `GITHUB_STEP_SUMMARY`. Without that variable the summary
 * is printed.
 */
export const ci = benchCommand({
  name: "ci",
  operands: "<FILE...>",
  summary: "saved results for CI: a GitHub step summary, and files for github-action-benchmark and Bencher",
  group: "Results",
  flags: {
    output: text("DIR", "manyhands-report", { short: "o", help: "folder for the files" }),
    "fail-if": texts("EXPR", { help: "end with exit code 1 when this is certain: 'speedup(ep,p=2) < 1.5'" }),
  },
  async run({ values, operands, stdout, stderr }) {
    mkdirSync(values.output, { recursive: true });
    const page = process.env.GITHUB_STEP_SUMMARY;
    let failed = false;
    for (const path of operands) {
      const result = readResult(path);
      const summary = `${formats.md(result)}\n`;
      if (page) appendFileSync(page, summary);
      else stdout.write(summary);
      const name = basename(path).replace(/\.json(\.gz)?$/, "");
      for (const format of ["github-action", "bmf"] as const)
        writeFileSync(join(values.output, `${name}.${format}.json`), formats[format](result));
      failed = gateFailed(values["fail-if"], result, stderr) || failed;
    }
    return failed ? exitCodes.gate : exitCodes.ok;
  },
});
