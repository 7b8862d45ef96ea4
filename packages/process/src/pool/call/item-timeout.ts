import { TimeoutError } from "../../base/errors.ts";
import type { CancelOutcome, TaskSpec } from "../schedule/task.ts";

/** How a call that ran out of time ended, as text. */
export function describeEnd(how: CancelOutcome): string {
  return how === "killed" ? "it did not stop when asked to, and its worker was ended" : "it stopped when asked to";
}

/**
 * The time limit of one item of a call.
 *
 * @param title the item and its call: `item 3 of map(resize)`.
 * @param onCancel called with how the item's call ended.
 */
export function itemTimeout(
  title: string,
  ms: number,
  onCancel: ((how: CancelOutcome) => void) | undefined,
): NonNullable<TaskSpec["timeout"]> {
  return {
    ms,
    errorFor(how) {
      onCancel?.(how);
      return new TimeoutError(`No result of ${title} within ${ms} ms: ${describeEnd(how)}; give it more time`);
    },
  };
}
