import { afterFork } from "../posix/fork/fork-hooks.ts";

/**
 * How often each waiter checks its condition again by itself, in milliseconds: the thread that should wake it may have
 * been killed before it did. A blocked thread also needs up to this time to notice `terminate()`.
 */
export const recheckMs = 50;

const checks = new Set<() => void>();
let timer: NodeJS.Timeout | undefined;

// The timer and the checks belong to the parent.
afterFork(() => {
  checks.clear();
  timer = undefined;
});

/**
 * Calls back every {@link recheckMs} until the returned function is called. The timer keeps the program alive: neither
 * `Atomics.waitAsync` nor a bell does so, and a program that awaits nothing else would end during its wait.
 */
export function onRecheck(check: () => void): () => void {
  checks.add(check);
  timer ??= setInterval(() => {
    for (const each of [...checks]) each();
  }, recheckMs);
  return () => {
    checks.delete(check);
    if (checks.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
