import type { ResourceLimits } from "node:worker_threads";
import { type ProgramOptions, programKeys, refuseForThreads } from "../../process/parent/program-options.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import type { Engine } from "../engine/engine.ts";
import type { WorkerProgram } from "../engine/worker-program.ts";

/**
 * How the workers' programs are started, and what they do first.
 *
 * @throws {TypeError} or {RangeError} for an option that workers of this engine do not have.
 */
export function workerSetup(options: ProgramOptions & { readonly resourceLimits?: ResourceLimits }, engine: Engine) {
  const { env, execArgv, argv, cwd, nice } = options;
  if (engine.reach === "machine") refuseForMachines(options, engine);
  refuseForThreads("workers", engine.startMethod as StartMethodName, options);
  const program: WorkerProgram = {
    ...(env !== undefined && { env }),
    ...(execArgv !== undefined && { execArgv }),
    ...(argv !== undefined && { argv }),
  };
  return { program, cwd: cwd ?? null, nice: nice ?? null };
}

// A program on another machine has that machine's environment, and may not be given code by the options of Node.
function refuseForMachines(options: object, { startMethod }: Engine): void {
  for (const option of [...programKeys, "resourceLimits"]) {
    if ((options as Record<string, unknown>)[option] === undefined) continue;
    throw new TypeError(
      `Cannot give ${option} to workers by "${startMethod}": the machine that runs them decides, give it to the worker program there`,
    );
  }
}
