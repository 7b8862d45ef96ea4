import { onForkInChild } from "../../posix/fork/fork-hooks.ts";
import { forgetRunning } from "../system-thread.ts";

/**
 * After how many milliseconds a waiter checks its condition again by itself for the first time: the thread that should
 * wake it may have been killed before it did. Each further interval is twice as long, up to {@link longestRecheckMs}:
 * a waiter that has waited for some time checks again within that time.
 */
export const recheckMs = 50;

/** The longest interval. Hundreds of idle waiters must cost no measurable processor time. */
export const longestRecheckMs = 10_000;

/** The interval that follows another one. */
export function nextRecheckMs(ms: number): number {
  return Math.min(ms * 2, longestRecheckMs);
}

const checks = new Set<() => boolean>();
let timer: NodeJS.Timeout | undefined;
let intervalMs = recheckMs;

// The timer and the checks belong to the parent.
onForkInChild(() => {
  checks.clear();
  timer = undefined;
});

/**
 * Calls back at these intervals until the returned function is called. The timer keeps the program alive: neither
 * `Atomics.waitAsync` nor a bell does so, and a program that awaits nothing else would end during its wait.
 *
 * @param check returns whether the interval may grow: not while what it waits for is there, and another thread in its
 *   way, which may have been stopped.
 */
export function onRecheck(check: () => boolean): () => void {
  checks.add(check);
  if (timer !== undefined && intervalMs > recheckMs) clear();
  if (timer === undefined) schedule(recheckMs);
  return () => {
    checks.delete(check);
    if (checks.size === 0) clear();
  };
}

/** Starts again with the shortest interval: a waiter was woken, so it is not idle. */
export function restartRecheck(): void {
  if (timer === undefined || intervalMs === recheckMs) return;
  clear();
  schedule(recheckMs);
}

function schedule(ms: number): void {
  intervalMs = ms;
  const own = setTimeout(() => {
    forgetRunning();
    let isIdle = true;
    try {
      for (const each of [...checks]) if (!each()) isIdle = false;
    } finally {
      // A check may have started another timer, or removed the last check. This one is still active during the checks:
      // another beside it would look like a timer of the program.
      if (timer === own) schedule(isIdle ? nextRecheckMs(ms) : recheckMs);
    }
  }, ms);
  timer = own;
}

function clear(): void {
  clearTimeout(timer);
  timer = undefined;
}
