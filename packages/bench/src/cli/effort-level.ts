import { BenchError, exitCodes } from "../base/bench-error.ts";

/**
 * How much a run is to spend, by `--quick` and `--rigorous`.
 *
 * @throws {BenchError} for usage, when both are given.
 */
export function hasteOf<T>(
  { quick, rigorous }: { readonly quick: boolean; readonly rigorous: boolean },
  choices: { readonly quick: T; readonly usual: T; readonly rigorous: T },
): T {
  if (quick && rigorous)
    throw new BenchError("Cannot be both quick and rigorous: write --quick or --rigorous", exitCodes.usage);
  if (quick) return choices.quick;
  return rigorous ? choices.rigorous : choices.usual;
}
