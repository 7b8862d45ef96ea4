import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { BenchError, exitCodes } from "../base/bench-error.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { isKernel } from "../measure/load-kernel.ts";
import { defineCommand } from "./command.ts";
import { runScaling, scalingFlags } from "./scaling-run.ts";

/** `manyhands-bench run FILE`: the user's own kernels. */
export const run = defineCommand({
  name: "run",
  operands: "FILE…",
  summary: "how much faster the kernels that a module exports get with more workers",
  flags: scalingFlags,
  async run(context) {
    if (context.operands.length === 0) {
      throw new BenchError("Cannot run: name a module that exports kernels; see --help", exitCodes.usage);
    }
    const kernels: Kernel[] = [];
    for (const file of context.operands) kernels.push(...(await kernelsOf(file)));
    return runScaling(kernels, context);
  },
});

async function kernelsOf(file: string): Promise<Kernel[]> {
  const module = pathToFileURL(resolve(file)).href;
  let exported: object;
  try {
    exported = (await import(module)) as object;
  } catch (cause) {
    throw new BenchError(`Cannot load ${file}: ${(cause as Error).message}`, exitCodes.usage, { cause });
  }
  const kernels = [...new Set(Object.values(exported).filter(isKernel))];
  if (kernels.length > 0) return kernels;
  const names = Object.keys(exported).join(", ") || "nothing";
  throw new BenchError(
    `Cannot run ${file}: it exports no kernel (it exports ${names}); make one with defineKernel`,
    exitCodes.usage,
  );
}
