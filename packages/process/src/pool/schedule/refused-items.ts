import type { Reach } from "../../base/shareable.ts";
import { checkPayload } from "../wire/payload.ts";
import type { ItemError, Task, TaskOutcome } from "./task.ts";

/**
 * Decides about a task that could not be sent. Only the items that cannot be sent fail: each gets an error that names
 * its index among the items of the call. If the call goes on after a failed item, the others are sent without them.
 *
 * @param error the error of sending the whole task.
 * @returns the outcome of the task; `undefined` when it must be sent again, without the refused items.
 */
export function refuseItems(task: Task, reach: Reach, error: unknown): TaskOutcome | undefined {
  const { kind, continueOnError = false } = task.spec;
  if (kind === "call") return { error };
  const errors = task.hasRefused ? [] : findRefused(task, reach);
  // The function cannot be sent, or the items can be sent one by one but not together.
  if (errors.length === 0) return { error: errorOfSlice(task, reach, error) };
  if (!continueOnError) return { values: [], errors: errors.slice(0, 1) };
  task.refuse(errors);
  return task.sentInput.length === 0 ? { values: [], errors: [] } : undefined;
}

function findRefused({ spec: { input, firstItem = 0 } }: Task, reach: Reach): ItemError[] {
  const errors: ItemError[] = [];
  for (let index = 0; index < input.length; index++) {
    try {
      checkPayload(input[index], `items[${firstItem + index}]`, reach);
    } catch (error) {
      errors.push([index, error]);
    }
  }
  return errors;
}

/** The error of packing all items of a task, with paths that are right in the caller's list. */
function errorOfSlice({ spec: { input, firstItem = 0 } }: Task, reach: Reach, error: unknown): unknown {
  try {
    checkPayload(input, `items.slice(${firstItem}, ${firstItem + input.length})`, reach);
    return error;
  } catch (named) {
    return named;
  }
}
