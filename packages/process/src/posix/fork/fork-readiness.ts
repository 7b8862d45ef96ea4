import { forkRefusal } from "../calls/posix-support.ts";
import { canReseed } from "../node-internals/reseed.ts";
import { forkReadyOptions, forkReadyVariable } from "./exec-fork-ready.ts";

/** Whether this process was started fork-ready. A program that replaced it by `execve` was not. */
export function isForkReady(): boolean {
  return process.env[forkReadyVariable] === String(process.pid) && forkReadyOptions.every(isOption);
}

function isOption(option: string): boolean {
  return process.execArgv.includes(option);
}

/** Why this process cannot be forked, and what to do about it; `null` when it can. */
export function processForkRefusal(): string | null {
  const refusal = forkRefusal();
  if (refusal !== null) return refusal;
  if (!process.getBuiltinModule("node:worker_threads").isMainThread)
    return 'this is a thread, and its fork would have no main thread; fork in the main thread, or use "forkserver"';
  if (!canReseed()) return 'Math is frozen, and a fork would draw the random numbers of its parent; use "spawn"';
  if (isForkReady()) return null;
  return "this program was not started fork-ready; start it by: npx manyhands run main.ts";
}

/** Whether an option of Node only makes a program forkable. Its children do not inherit it. */
export function isForkReadyOption(option: string): boolean {
  return forkReadyOptions.includes(option);
}
