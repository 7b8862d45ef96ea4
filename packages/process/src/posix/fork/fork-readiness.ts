import { forkRefusal } from "../calls/posix-support.ts";
import { forkReadyOptions, forkReadyVariable } from "./exec-fork-ready.ts";

/** Whether this process was started to be forked. Another program that it became since by `execve` was not. */
export function isForkReady(): boolean {
  return process.env[forkReadyVariable] === String(process.pid) && forkReadyOptions.every(isOption);
}

function isOption(option: string): boolean {
  return process.execArgv.includes(option);
}

/** Why this very process cannot be forked, with what to do about it; `null` when it can. */
export function unready(): string | null {
  const refusal = forkRefusal();
  if (refusal !== null) return refusal;
  if (!process.getBuiltinModule("node:worker_threads").isMainThread)
    return 'this is a thread, of which a fork would have no main thread; fork in the main thread, or use "forkserver"';
  if (isForkReady()) return null;
  return "this program was not started to be forked; start it by: npx manyhands run main.ts";
}

/** Whether an option of Node is there only to make a program forkable; its children do without. */
export function isForkReadyOption(option: string): boolean {
  return forkReadyOptions.includes(option);
}
