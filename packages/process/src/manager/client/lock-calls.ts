import { onAbort } from "../../base/abort-listener.ts";
import { checkWaitOptions, type WaitOptions } from "../../base/deadline.ts";
import { checkOptionKeys } from "../../base/options.ts";
import { currentFlows, flowForAwaitedCall, runInNewFlow } from "../../sync/async-flow.ts";
import { waitForPredicate } from "../../sync/wait-for-predicate.ts";
import type { ProxyLink } from "./proxy-link.ts";

/** What proxies of locks have beside the methods of the lock. */
export interface HeldByProxy {
  /**
   * Holds it while the function runs, and releases it also when the function throws.
   *
   * @param options.signal ends the wait for it.
   * @returns the result of the function.
   *
   * @example
   * await lock.hold(async () => { await total.set((await total.get()) + 1); });
   */
  hold<T>(fn: () => T | PromiseLike<T>, options?: Pick<WaitOptions, "signal">): Promise<T>;
}

/** What proxies of conditions have beside the methods of the condition. */
export interface WaitedForByProxy extends HeldByProxy {
  /**
   * Waits until a predicate is truthy. The predicate runs in this process, first and after each notification, with the
   * lock held.
   *
   * @param options the limits of the whole call.
   * @returns the last result of the predicate; truthy unless time ran out.
   */
  waitFor<T>(predicate: () => T | PromiseLike<T>, options?: WaitOptions): Promise<T>;
}

type Call = (method: string, args: readonly unknown[]) => Promise<unknown>;

/** The methods of proxies of locks that run at the caller, by name. */
const callerMethods: Readonly<Record<string, (call: Call, args: readonly unknown[]) => Promise<unknown>>> = {
  hold: (call, [fn, options]) => runInNewFlow(() => hold(call, fn as () => unknown, options as object | undefined)),
  wait: (call, [options]) => waitForNotification(call, options as WaitOptions | undefined),
  waitFor: (call, [predicate, options = {}]) =>
    waitForPredicate((limits) => waitForNotification(call, limits), predicate as () => unknown, options as WaitOptions),
};

let lastWait = 0;

// An abort must not end the call itself: the lock is acquired again before the wait rejects.
async function waitForNotification(call: Call, options: WaitOptions = {}): Promise<unknown> {
  checkWaitOptions(options);
  const { timeoutMs, signal } = options;
  signal?.throwIfAborted();
  if (signal === undefined) return call("wait", [{ timeoutMs }]);
  const number = ++lastWait;
  const cancel = () => void call("cancelWait", [number]).catch(() => {});
  const removeListener = onAbort(signal, cancel);
  try {
    const notified = await call("wait", [{ timeoutMs }, number]);
    if (notified === null) throw signal.reason;
    return notified;
  } finally {
    removeListener();
  }
}

async function hold(call: Call, fn: () => unknown, options: Pick<WaitOptions, "signal"> = {}): Promise<unknown> {
  checkOptionKeys("hold", options, ["signal"]);
  await call("acquire", [options]);
  let result: unknown;
  try {
    result = await fn();
  } catch (error) {
    // The lock of a manager that has exited cannot be released; the error of the function says more.
    await call("release", []).catch(() => {});
    throw error;
  }
  await call("release", []);
  return result;
}

/** Calls a method of a lock through its proxy. */
export function callLock(
  link: ProxyLink,
  method: string,
  args: readonly unknown[],
  options?: WaitOptions,
): Promise<unknown> {
  const own = link.exposed.lock?.callerMethods.includes(method) ? callerMethods[method] : undefined;
  return own === undefined
    ? callInManager(link, method, args, options)
    : own((method, args) => callInManager(link, method, args), args);
}

function callInManager(
  link: ProxyLink,
  method: string,
  args: readonly unknown[],
  options?: WaitOptions,
): Promise<unknown> {
  if (!link.exposed.lock?.hasFlows) return link.invoke(method, args, options);
  return method === "acquire" || method === "tryAcquire"
    ? acquire(link, method, args, options)
    : callFromFlow(link, method, args, options);
}

// Not an async function: the flow that it may enter is that of the caller.
function acquire(
  link: ProxyLink,
  method: string,
  args: readonly unknown[],
  options: WaitOptions | undefined,
): Promise<unknown> {
  const flow = flowForAwaitedCall();
  return link.invoke(method, [flowIds(), ...args], options).then((acquired) => {
    if (acquired === true) flow.locksOwned += 1;
    return acquired;
  });
}

function callFromFlow(
  link: ProxyLink,
  method: string,
  args: readonly unknown[],
  options: WaitOptions | undefined,
): Promise<unknown> {
  const reply = link.invoke(method, [flowIds(), ...args], options);
  if (method !== "release") return reply;
  const owner = [...currentFlows()].find((flow) => flow.locksOwned > 0);
  if (owner === undefined) return reply;
  owner.locksOwned -= 1;
  return reply.catch((error) => {
    owner.locksOwned += 1;
    throw error;
  });
}

// A number alone needs no encoding, and most calls have one flow.
function flowIds(): number | readonly number[] {
  const ids = Array.from(currentFlows(), ({ id }) => id);
  return ids.length === 1 ? (ids[0] as number) : ids;
}
