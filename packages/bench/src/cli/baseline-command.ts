import { listBaselines, removeBaseline, saveBaseline } from "../base/baseline.ts";
import { BenchError, exitCodes } from "../base/bench-error.ts";
import { readResult } from "../base/result-file.ts";
import { benchCommand } from "./parse/command.ts";

/** `manyhands-bench baseline`: saved results by name, for each machine. */
export const baseline = benchCommand({
  name: "baseline",
  operands: "<list|save|rm> [NAME] [FILE]",
  summary: "results saved by name in .bench/baselines, for each machine",
  group: "Results",
  flags: {},
  async run({ operands: [verb, name, file], stdout }) {
    if (verb === "list" && name === undefined) {
      for (const kept of listBaselines()) stdout.write(`${kept.name}  ${kept.machineId}\n`);
    } else if (verb === "save" && name !== undefined && file !== undefined) {
      stdout.write(`${saveBaseline(name, readResult(file))}\n`);
    } else if (verb === "rm" && name !== undefined && file === undefined) {
      removeBaseline(name);
    } else {
      throw new BenchError(
        "Cannot read the command: write baseline list, baseline save NAME FILE or baseline rm NAME",
        exitCodes.usage,
      );
    }
    return exitCodes.ok;
  },
});
