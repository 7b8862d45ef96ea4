import { writeSync } from "node:fs";
import { format } from "node:util";
import type { PreloadErrorAction } from "./fork-server-message.ts";

/** A module that a fork server could not import, and why. */
export interface PreloadError {
  readonly module: string;
  readonly error: unknown;
}

/**
 * Reports errors as the program wants: not at all, on stderr, or by the end of this process, whose stderr is then that
 * of the child that it was started for.
 */
export function reportPreloadErrors(errors: readonly PreloadError[], action: PreloadErrorAction): void {
  if (action === "ignore" || errors.length === 0) return;
  for (const { module, error } of errors)
    writeSync(2, `The fork server cannot preload ${module}: ${format("%s", error)}\n`);
  if (action === "fail") process.exit(1);
}
