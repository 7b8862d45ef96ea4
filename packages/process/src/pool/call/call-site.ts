import { appendFrames, type CallSite, framesOf } from "../../base/stack.ts";

/**
 * Adds to a task's error what the worker does not know: which item failed, and where the call was made. An item's error
 * gets a hidden field `itemIndex`.
 *
 * @param what what failed: `item 7 of map(resize)`.
 */
export function addCallSite(error: unknown, what: string, callSite: CallSite, itemIndex?: number): unknown {
  if (!(error instanceof Error) || Object.isFrozen(error)) return error;
  const frames = framesOf(callSite);
  appendFrames(error, frames === "" ? `in ${what}` : `in ${what}, which was called`, frames);
  if (itemIndex !== undefined) {
    Object.defineProperty(error, "itemIndex", { value: itemIndex, writable: true, configurable: true });
  }
  return error;
}
