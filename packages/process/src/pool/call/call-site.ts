/** Where a call was made, as stacks show it; formatted only when it is read. */
export interface Caller {
  readonly stack?: string;
}

/** Notes where a call is made. @param below the function whose frame, and those above it, are left out. */
export function callerOf(below: (...args: never[]) => unknown): Caller {
  const caller = {};
  Error.captureStackTrace(caller, below);
  return caller;
}

/**
 * Adds to an error of a task what the worker could not know: the line that asked for it, and which item it was.
 *
 * The error gets a hidden field `itemIndex` when it is that of an item.
 *
 * @param what what failed, as in `item 7 of map(resize)`.
 */
export function withCaller(error: unknown, what: string, caller: Caller, itemIndex?: number): unknown {
  if (!(error instanceof Error) || Object.isFrozen(error)) return error;
  const frames = /\n(\s+at .*)$/s.exec(caller.stack ?? "")?.[1];
  Object.defineProperty(error, "stack", {
    value: `${error.stack}\n  in ${what}${frames === undefined ? "" : `, which was called\n${frames}`}`,
    writable: true,
    configurable: true,
  });
  if (itemIndex !== undefined) {
    Object.defineProperty(error, "itemIndex", { value: itemIndex, writable: true, configurable: true });
  }
  return error;
}
