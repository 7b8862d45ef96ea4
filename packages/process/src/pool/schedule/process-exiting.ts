import { ClosedError } from "../../base/errors.ts";

/**
 * Refuses what would never be answered.
 *
 * @throws {ClosedError} in an exit handler of this process.
 */
export function refuseWhileExiting(call: string): void {
  // Node has no public word for this state.
  if ((process as { readonly _exiting?: boolean })._exiting !== true) return;
  throw new ClosedError(`Cannot run ${call}: this process is exiting; call it before`);
}
