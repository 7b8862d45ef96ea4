import { ProcessStateError } from "../../base/errors.ts";
import { registerDefaultReach } from "../../memory/default-allocator.ts";
import { onForkInChild } from "../../posix/fork/fork-hooks.ts";
import { startMethod } from "../../start/method/start-methods.ts";
import type { StartMethodName } from "../../start/start-method.ts";
import { identity } from "../info/process-identity.ts";

let fixed: StartMethodName | null = null;
onForkInChild(() => {
  fixed = null;
});

// Objects that name no start method are made for the children that do not either, as in Python's default context.
registerDefaultReach(() => ((fixedStartMethod() ?? "thread") === "thread" ? "thread" : "process"));

/**
 * The start method of processes that name none. Reading it fixes it.
 *
 * In a child it is the method by which the child was started.
 */
export function defaultStartMethod(): StartMethodName {
  fixed ??= identity().startMethod ?? "thread";
  return fixed;
}

/** The default if it is fixed already; else `null`. */
export function fixedStartMethod(): StartMethodName | null {
  return fixed ?? identity().startMethod;
}

/**
 * Fixes the default, once in a program.
 *
 * @param name the start method; `null` with `force` makes the default open again.
 * @throws {ProcessStateError} when it is fixed and `force` is not given.
 * @throws {RangeError} when this machine has no such start method.
 */
export function fixStartMethod(name: StartMethodName | null, force: boolean): void {
  const chosen = name === null ? null : startMethod(name).name;
  if (fixed !== null && !force) {
    throw new ProcessStateError(
      `Cannot set the start method to "${name}": it is "${fixed}" already; set it once, before the first process, or pass { force: true }`,
    );
  }
  fixed = chosen;
}
