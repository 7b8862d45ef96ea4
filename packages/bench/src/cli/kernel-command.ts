import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BenchError, exitCodes } from "../base/bench-error.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { kernelsOf } from "../measure/worker/load-kernel.ts";
import { benchCommand } from "./parse/command.ts";
import { runScaling, scalingFlags } from "./run/scaling-run.ts";

/** `manyhands-bench run FILE`: the user's own kernels. */
export const run = benchCommand({
  name: "run",
  operands: "<FILE...>",
  summary: "how much faster your own functions or kernels get with more workers",
  group: "Measure",
  flags: scalingFlags,
  async run(context) {
    const kernels: Kernel[] = [];
    for (const file of context.operands) kernels.push(...(await load(file)));
    return runScaling(kernels, context);
  },
});

/** The URL of a user's module. */
export function moduleUrl(file: string): URL {
  return pathToFileURL(resolve(file));
}

async function load(file: string): Promise<Kernel[]> {
  const module = moduleUrl(file);
  let kernels: Kernel[];
  try {
    kernels = await kernelsOf(module);
  } catch (cause) {
    throw new BenchError(`Cannot load ${file}: ${(cause as Error).message}`, exitCodes.usage, { cause });
  }
  if (kernels.length > 0) return kernels;
  throw new BenchError(
    `Cannot run ${file}: it exports neither a kernel nor a function; write export function work(chunk) {…}`,
    exitCodes.usage,
  );
}
