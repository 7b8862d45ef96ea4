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

/**
 * Has nothing come, in a forked child, of what this round of the event loop was still to tell the parent's handles: that the other side
 * of a socket is gone, which libuv concludes from what it was told before, or that they were closed. Whoever they belong to tells
 * nobody.
 */
export function silenceHandles(): void {
  const { AsyncResource, createHook, executionAsyncResource } = process.getBuiltinModule("node:async_hooks");
  // Whatever is made from now on has a greater number.
  const newest = new AsyncResource("manyhands.fork").asyncId();
  const hook = createHook({
    before(id) {
      if (id > newest) return;
      const handle = executionAsyncResource() as Record<symbol, { emit?: unknown } | undefined>;
      const symbol = Object.getOwnPropertySymbols(handle).find(({ description }) => description === "owner_symbol");
      const owner = symbol && handle[symbol];
      if (typeof owner?.emit === "function") owner.emit = ignore;
    },
  });
  hook.enable();
  // The last of a round are handles that were closed in it, behind its immediates.
  setImmediate(() => setImmediate(() => hook.disable()).unref()).unref();
}

function ignore(): void {}
