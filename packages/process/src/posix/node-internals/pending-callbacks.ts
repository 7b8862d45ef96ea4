import { internals } from "./node-binding.ts";

/** What this file knows of Node's own `internal/timers`, which a fork-ready Node lets be loaded. */
interface InternalTimers {
  readonly timerListMap: Record<string, Linked>;
  readonly immediateQueue: { readonly head: Linked | null; remove(immediate: Linked): void };
  readonly Timeout: new () => Linked & NodeJS.Timeout;
  readonly Immediate: new (callback: () => void) => LinkedImmediate;
  decRefCount(): void;
}

interface Linked {
  readonly _idleNext: Linked | null;
}

interface LinkedImmediate extends Linked, NodeJS.Immediate {
  readonly _idlePrev: Linked | null;
  _destroyed: boolean;
  _onImmediate: () => void;
}

/** What it knows of `internal/async_hooks`. */
interface AsyncIdStack {
  hasAsyncIdStack(): boolean;
  popAsyncContext(asyncId: number): boolean;
}

/** Clears, in a forked child, the timers and immediates that the parent had set. */
export function dropPending(): void {
  const { timerListMap, immediateQueue, Immediate } = timers();
  for (const list of Object.values(timerListMap)) clearFollowing(list, clearTimeout);
  // The rest of a round that is under way stands in a list of its own, behind the one that is running.
  const running = process.getBuiltinModule("node:async_hooks").executionAsyncResource();
  if (running instanceof Immediate) clearFollowing(running, clearImmediate);
  const { head } = immediateQueue;
  if (head === null) return;
  clearFollowing(head, clearImmediate);
  clearImmediate(head as unknown as NodeJS.Immediate);
}

/**
 * Does for the timer or the immediate whose callback is never come back from what Node would have done then: counts off the one, and goes
 * on behind the other, where there shall be nothing.
 */
export function leaveRunning(): void {
  const { Timeout, Immediate, immediateQueue, decRefCount } = timers();
  const { executionAsyncId, executionAsyncResource } = process.getBuiltinModule("node:async_hooks");
  const { hasAsyncIdStack, popAsyncContext } = internals("internal/async_hooks") as AsyncIdStack;
  while (hasAsyncIdStack()) {
    const running = executionAsyncResource();
    if (running instanceof Timeout && running.hasRef()) decRefCount();
    if (running instanceof Immediate) {
      clearFollowing(running, clearImmediate);
      if (running._idlePrev !== null) endOnceMore(running, new Immediate(ignore).unref(), immediateQueue);
    }
    popAsyncContext(executionAsyncId());
  }
}

// Where another immediate ran before it, Node comes to it again, and takes it for one that was cleared by that other, unless it looks as if
// it was yet to run. It is counted off once more then, for which another is counted that is taken out of the queue uncleared.
function endOnceMore(
  running: LinkedImmediate,
  counted: LinkedImmediate,
  queue: InternalTimers["immediateQueue"],
): void {
  queue.remove(counted);
  running._destroyed = false;
  running._onImmediate = ignore;
}

/**
 * Drops, in a forked child, the ticks that the parent had set, and the microtasks with them: Node comes to these when there are no more
 * ticks.
 *
 * @param endMicrotasks called just before they would run.
 */
export function dropTicks(endMicrotasks: () => void): void {
  const { prototype } = internals("internal/fixed_queue") as { readonly prototype: { shift(): unknown } };
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

function ignore(): void {}

function timers(): InternalTimers {
  return internals("internal/timers") as InternalTimers;
}

// A list of timers is a ring, one of immediates ends in null.
function clearFollowing(start: Linked, clear: (one: never) => void): void {
  const following: Linked[] = [];
  for (let at = start._idleNext; at !== null && at !== start; at = at._idleNext) following.push(at);
  for (const one of following) clear(one as never);
}
