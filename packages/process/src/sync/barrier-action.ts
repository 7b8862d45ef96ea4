import { withDeadline } from "../base/deadline.ts";

/** What the last party of a Barrier runs before any party continues. A promise that it returns is awaited. */
export type BarrierAction = () => unknown;

/**
 * Runs the action, and waits for its promise.
 *
 * @throws what it throws; `signal.reason` when the signal aborts first.
 */
export async function runAction(action: BarrierAction | undefined, signal: AbortSignal | undefined): Promise<void> {
  const running = action?.();
  if (isThenable(running)) await withDeadline(Promise.resolve(running), { signal });
}

/**
 * Runs the action in a thread that blocks.
 *
 * @throws what it throws; {TypeError} when it returns a promise.
 */
export function runActionSync(action: BarrierAction | undefined): void {
  const running = action?.();
  if (!isThenable(running)) return;
  // The caller gets another error, so the promise's own would be an unhandled rejection.
  Promise.resolve(running).catch(() => {});
  throw asyncActionError();
}

/** @throws {TypeError} when the action is an async function. Its promise is not known before it runs. */
export function refuseAsyncFunction(action: BarrierAction | undefined): void {
  if (process.getBuiltinModule("node:util").types.isAsyncFunction(action)) throw asyncActionError();
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === "function";
}

function asyncActionError(): TypeError {
  return new TypeError(
    "Cannot wait at the Barrier by waitSync(): its action is asynchronous, and a blocked thread cannot wait for it; " +
      "write await barrier.wait(), or an action that returns no promise",
  );
}
