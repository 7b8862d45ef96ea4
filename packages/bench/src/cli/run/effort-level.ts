import { BenchError, exitCodes } from "../../base/bench-error.ts";

/**
 * The settings for `--quick`, `--rigorous` or neither.
 *
 * @throws {BenchError} for usage, when both are given.
 */
export function effortOf<T>(
  { quick, rigorous }: { readonly quick: boolean; readonly rigorous: boolean },
  choices: { readonly quick: T; readonly usual: T; readonly rigorous: T },
): T {
  if (quick && rigorous)
    throw new BenchError("Cannot be both quick and rigorous: write --quick or --rigorous", exitCodes.usage);
  if (quick) return choices.quick;
  return rigorous ? choices.rigorous : choices.usual;
}
