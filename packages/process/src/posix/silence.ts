/**
 * Has nothing come, in a forked child, of the immediates that this round of the event loop was still to run for the parent, nor of
 * promises that were rejected and that the parent would yet have seen to.
 *
 * @param begin what goes on instead, in the next round.
 */
export function silence(begin: () => void): void {
  const { createHook, executionAsyncResource } = process.getBuiltinModule("node:async_hooks");
  const listeners = process.rawListeners("unhandledRejection") as (() => void)[];
  process.removeAllListeners("unhandledRejection").on("unhandledRejection", ignore);
  const own = setImmediate(() => {
    hook.disable();
    process.off("unhandledRejection", ignore);
    for (const listener of listeners) process.on("unhandledRejection", listener);
    begin();
  });
  // Node has them in a list at which nobody else can get, but shows each before it calls it.
  const hook = createHook({
    before() {
      const due = executionAsyncResource() as { _onImmediate?: unknown };
      if (due !== own && typeof due._onImmediate === "function") due._onImmediate = ignore;
    },
  });
  hook.enable();
}

function ignore(): void {}
