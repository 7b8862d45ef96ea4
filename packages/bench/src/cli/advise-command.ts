import { choice } from "@manyhands/process/command-line";
import { BenchError, exitCodes } from "../base/bench-error.ts";
import { detectUsableCpus } from "../base/usable-cpus.ts";
import { measureAdvice } from "../measure/advise/measure-advice.ts";
import { setupWarnings } from "../measure/machine/setup-warning.ts";
import { worksOf } from "../measure/worker/load-kernel.ts";
import { adviceText } from "../report/terminal/advice-text.ts";
import { styleOf } from "../report/terminal/terminal-style.ts";
import { terminalText } from "../report/terminal/terminal-text.ts";
import { warningLines } from "../report/terminal/warning-lines.ts";
import { moduleUrl } from "./kernel-command.ts";
import { benchCommand, cutShort } from "./parse/command.ts";
import { countList, duration } from "./parse/flag.ts";
import { showProgress } from "./run/progress.ts";

/** `manyhands-bench advise FILE`: which start method, chunk size and count of workers suit the user's functions. */
export const advise = benchCommand({
  name: "advise",
  operands: "<FILE>",
  summary: "which start method, chunk size and count of workers suit your function",
  group: "Measure",
  flags: {
    workers: countList({ help: "counts of workers: 1,2,4 or 1..8", initially: " (the usable CPUs, and half of them)" }),
    "max-time": duration(15_000, { help: "longest time a function, once there are six rounds", initially: " (15s)" }),
    format: choice(["pretty", "json", "quiet"], "pretty", { help: "format of standard output" }),
    style: choice(["auto", "plain"], "auto", { help: "plain: ASCII without colour" }),
  },
  async run({ values, operands, stdout, stderr, signal }) {
    const [file = ""] = operands;
    const module = moduleUrl(file);
    const works = await worksOf(module).catch((cause: Error) => {
      throw new BenchError(`Cannot load ${file}: ${cause.message}`, exitCodes.usage, { cause });
    });
    if (works.length === 0)
      throw new BenchError(
        `Cannot advise on ${file}: it exports no function; write export function work(item) {…}`,
        exitCodes.usage,
      );
    const cpus = detectUsableCpus();
    const workers = values.workers ?? [...new Set([Math.max(1, cpus.usable >> 1), cpus.usable])];
    const style = styleOf(stdout, values.style);
    const warnings = warningLines(setupWarnings(cpus, []), style);
    for (const { name, work, items } of works) {
      if (signal.aborted) break;
      const progress = showProgress(stderr, { quiet: values.format === "quiet" });
      const advice = await measureAdvice({
        ...{ module: String(module), name, work, items, workers, signal },
        ...{ maxTimeMs: values["max-time"], onProgress: progress.update },
      });
      progress.clear();
      if (values.format === "json") stdout.write(`${JSON.stringify(advice)}\n`);
      else if (values.format === "pretty") stdout.write(adviceText(advice, style));
    }
    if (values.format === "pretty") stdout.write(terminalText(warnings, style));
    return cutShort(signal) ?? exitCodes.ok;
  },
});
