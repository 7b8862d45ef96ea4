import { exitCodes } from "../base/bench-error.ts";
import { formatDuration } from "../base/duration.ts";
import type { Latency } from "../base/latency.ts";
import { readResult } from "../base/result-file.ts";
import { summariseSpans } from "../measure/scaling/tinybench-summary.ts";
import { timedSeries } from "../model/timed-series.ts";
import { twoDigits } from "../model/two-digits.ts";
import { textTable } from "../report/terminal/text-table.ts";
import { benchCommand } from "./parse/command.ts";

/** `manyhands-bench stats FILE…`: tinybench's statistics of every series of a result. */
export const stats = benchCommand({
  name: "stats",
  operands: "<FILE...>",
  summary: "mean, deviation and percentiles of every series of saved results, by tinybench",
  group: "Results",
  flags: {},
  async run({ operands, stdout }) {
    for (const path of operands) {
      const rows: string[][] = [["series", "n", "mean", "sd", "min", "p50", "p75", "p99", "max", "± of mean"]];
      for (const { name, times } of timedSeries(readResult(path))) rows.push(row(await summariseSpans(name, times)));
      stdout.write(`${path}\n${textTable(rows).join("\n")}\n`);
    }
    return exitCodes.ok;
  },
});

function row({ cell, samples, mean, sd, min, p50, p75, p99, max, rme }: Latency): string[] {
  return [cell, String(samples), ...[mean, sd, min, p50, p75, p99, max].map(formatDuration), `${twoDigits(rme)} %`];
}
