import { examinePart, expectPart, type InternalCheck } from "./internal-check.ts";
import { requireInternal } from "./internal-module.ts";

/** What this file uses of Node's `internal/timers`. */
interface InternalTimers {
  readonly timerListMap: Record<string, Linked>;
  readonly immediateQueue: { readonly head: Linked | null; remove(immediate: Linked): void };
  readonly Timeout: new () => LinkedTimeout;
  readonly Immediate: new (callback: () => void) => LinkedImmediate;
  decRefCount(): void;
}

interface Linked {
  readonly _idleNext: Linked | null;
}

interface LinkedTimeout extends Linked, NodeJS.Timeout {
  readonly _destroyed: boolean;
}

interface LinkedImmediate extends Linked, NodeJS.Immediate {
  readonly _idlePrev: Linked | null;
  _destroyed: boolean;
  _onImmediate: () => void;
}

/** What it uses of `internal/async_hooks`. */
interface AsyncIdStack {
  hasAsyncIdStack(): boolean;
  popAsyncContext(asyncId: number): boolean;
}

/** Clears, in a forked child, the timers and immediates that the parent set. */
export function clearTimersAndImmediates(): void {
  const { timerListMap, immediateQueue, Immediate } = timers();
  for (const list of Object.values(timerListMap)) clearFollowing(list, clearTimeout);
  // The other immediates of the current loop iteration are in a separate list, linked behind the one that is running.
  const running = process.getBuiltinModule("node:async_hooks").executionAsyncResource();
  if (running instanceof Immediate) clearFollowing(running, clearImmediate);
  const { head } = immediateQueue;
  if (head === null) return;
  clearFollowing(head, clearImmediate);
  clearImmediate(head as unknown as NodeJS.Immediate);
}

/**
 * Does what Node does when the callback of a timer or an immediate returns, for callbacks that never return: a timer
 * is subtracted from the count of referenced timers, and an immediate must have no successor to continue with.
 *
 * A timer that its callback cleared was subtracted then. One that it set again is in a list, and is subtracted when
 * {@link clearTimersAndImmediates} clears that. Below its true value, the count would keep no event loop alive.
 */
export function unwindRunningCallbacks(): void {
  const { Timeout, Immediate, immediateQueue, decRefCount } = timers();
  const { executionAsyncId, executionAsyncResource } = process.getBuiltinModule("node:async_hooks");
  const { hasAsyncIdStack, popAsyncContext } = requireInternal<AsyncIdStack>("internal/async_hooks");
  while (hasAsyncIdStack()) {
    const running = executionAsyncResource();
    if (running instanceof Timeout && running.hasRef() && !running._destroyed && !isInList(running)) decRefCount();
    if (running instanceof Immediate) {
      clearFollowing(running, clearImmediate);
      if (running._idlePrev !== null) finishImmediate(running, new Immediate(ignore).unref(), immediateQueue);
    }
    popAsyncContext(executionAsyncId());
  }
}

// When another immediate ran before this one in the same iteration, Node visits this one a second time. If it were
// marked as destroyed, Node would assume that the earlier immediate cleared it. The second visit decrements the count
// of immediates again, so an extra immediate is counted and taken out of the queue.
function finishImmediate(
  running: LinkedImmediate,
  counted: LinkedImmediate,
  queue: InternalTimers["immediateQueue"],
): void {
  queue.remove(counted);
  running._destroyed = false;
  running._onImmediate = ignore;
}

/**
 * Drops, in a forked child, the ticks that the parent queued, and the microtasks: Node runs these when no ticks are
 * left.
 *
 * @param endMicrotasks called just before they would run.
 */
export function dropTicks(endMicrotasks: () => void): void {
  const { prototype } = requireInternal<{ readonly prototype: { shift(): unknown } }>("internal/fixed_queue");
  const { shift } = prototype;
  prototype.shift = function () {
    prototype.shift = shift;
    while (shift.call(this) !== null);
    endMicrotasks();
    return null;
  };
  process.nextTick(() => {});
  (process as unknown as { _tickCallback(): void })._tickCallback();
}

function isInList({ _idleNext }: Linked): boolean {
  return _idleNext !== null;
}

function ignore(): void {}

function timers(): InternalTimers {
  return requireInternal<InternalTimers>("internal/timers");
}

// A list of timers is a ring, a list of immediates ends in null.
function clearFollowing(start: Linked, clear: (one: never) => void): void {
  const following: Linked[] = [];
  for (let at = start._idleNext; at !== null && at !== start; at = at._idleNext) following.push(at);
  for (const one of following) clear(one as never);
}

const unusedDelayMs = 2 ** 30 + 1;

/** Whether the lists of timers, immediates and ticks are as this file walks them. */
export function check(): InternalCheck {
  return examinePart("timers and ticks", () => {
    const { timerListMap, immediateQueue, Timeout, Immediate, decRefCount } = timers();
    const { hasAsyncIdStack, popAsyncContext } = requireInternal<AsyncIdStack>("internal/async_hooks");
    const fixedQueue = requireInternal<{ readonly prototype?: { shift?: unknown } }>("internal/fixed_queue");
    const { _tickCallback } = process as unknown as { _tickCallback?: unknown };
    const timer = setTimeout(ignore, unusedDelayMs);
    const isListed = timerListMap[unusedDelayMs]?._idleNext === (timer as unknown as Linked);
    const isKept = (timer as unknown as LinkedTimeout)._destroyed === false && isInList(timer as unknown as Linked);
    clearTimeout(timer);
    const isCleared = (timer as unknown as LinkedTimeout)._destroyed === true && !isInList(timer as unknown as Linked);
    const immediate = setImmediate(ignore) as unknown as LinkedImmediate;
    const isQueued = immediateQueue.head === immediate || immediate._idlePrev instanceof Immediate;
    const isPending = immediate._idleNext === null && immediate._destroyed === false;
    clearImmediate(immediate);
    expectPart(timer instanceof Timeout && isListed, "timerListMap to list a new timer behind _idleNext");
    expectPart(immediate instanceof Immediate && isQueued, "immediateQueue to end in a new immediate");
    expectPart(isKept && isCleared, "_destroyed and _idleNext to show whether a timer is set");
    expectPart(isPending, "_idleNext null and _destroyed false in a new immediate");
    for (const [name, used] of Object.entries({ decRefCount, hasAsyncIdStack, popAsyncContext, _tickCallback }))
      expectPart(typeof used === "function", `${name} to be a function`);
    expectPart(typeof immediateQueue.remove === "function", "immediateQueue.remove() to be a function");
    expectPart(typeof fixedQueue.prototype?.shift === "function", "FixedQueue.prototype.shift() to be a function");
    return "internal/timers, internal/async_hooks and internal/fixed_queue have what a fork clears";
  });
}
