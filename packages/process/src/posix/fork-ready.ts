import { forkReadyOptions, forkReadyVariable } from "./exec-fork-ready.ts";
import { forkRefusal } from "./support.ts";

/** Why this very process cannot be forked, with what to do about it; `null` when it can. */
export function unready(): string | null {
  const refusal = forkRefusal();
  if (refusal !== null) return refusal;
  if (process.env[forkReadyVariable] === String(process.pid)) return null;
  return "this program was not started to be forked; start it by: npx manyhands run main.ts";
}

/** Whether an option of Node is there only to make a program forkable; its children do without. */
export function isForkReadyOption(option: string): boolean {
  return forkReadyOptions.includes(option);
}
