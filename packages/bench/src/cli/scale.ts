import { BenchError, exitCodes } from "../base/bench-error.ts";
import { catalogue, longKernels, shortList } from "../kernel/catalogue.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { benchCommand } from "./parse/command.ts";
import { runScaling, scalingFlags } from "./run/scaling-run.ts";

/** `manyhands-bench scale`: the shipped kernels. */
export const scale = benchCommand({
  name: "scale",
  operands: "[kernel...]",
  summary: "how much faster the shipped kernels get with more workers",
  group: "Measure",
  flags: scalingFlags,
  run: (context) =>
    runScaling(
      context.operands.length === 0 && context.given.has("filter") ? catalogue : chooseKernels(context.operands),
      context,
    ),
});

function chooseKernels(ids: readonly string[]): readonly Kernel[] {
  if (ids.length === 0) return shortList;
  if (ids.length === 1 && ids[0] === "all") return catalogue;
  const named = [...catalogue, ...longKernels];
  return ids.map((id) => {
    const kernel = named.find((candidate) => candidate.id === id);
    if (kernel === undefined) {
      const known = named.map((candidate) => candidate.id).join(", ");
      throw new BenchError(`Cannot measure "${id}": no such kernel; there are ${known}, or all`, exitCodes.usage);
    }
    return kernel;
  });
}
