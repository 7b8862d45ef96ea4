import { examinePart, expectPart, type InternalCheck } from "./internal-check.ts";

/**
 * Cancels, in a forked child, what the current iteration of the event loop was still to run for the parent:
 * immediates, and rejected promises that the parent would have handled later in the iteration.
 *
 * @param next what runs in the next iteration.
 */
export function cancelLoopIteration(next: () => void): void {
  const { createHook, executionAsyncResource } = process.getBuiltinModule("node:async_hooks");
  const listeners = process.rawListeners("unhandledRejection") as (() => void)[];
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", ignore);
  const own = setImmediate(() => {
    hook.disable();
    process.off("unhandledRejection", ignore);
    for (const listener of listeners) process.on("unhandledRejection", listener);
    next();
  });
  // The list of these immediates is a local variable of Node's, but a hook sees each before Node calls it.
  const hook = createHook({
    before() {
      const due = executionAsyncResource() as { _onImmediate?: unknown };
      if (due !== own && typeof due._onImmediate === "function") due._onImmediate = ignore;
    },
  });
  hook.enable();
}

function ignore(): void {}

/** Whether an immediate calls its `_onImmediate`. */
export function check(): InternalCheck {
  return examinePart("immediates", () => {
    const immediate = setImmediate(ignore);
    const { _onImmediate } = immediate as unknown as { _onImmediate?: unknown };
    clearImmediate(immediate);
    expectPart(_onImmediate === ignore, "an Immediate to hold its callback as _onImmediate");
    return "an Immediate holds its callback as _onImmediate";
  });
}
