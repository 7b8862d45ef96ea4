/** How often a blocked thread runs its idle hooks while one of them has work left, in milliseconds. */
export const idleHookMs = 2;

const hooks = new Set<() => boolean>();

/**
 * Registers work that this thread must continue while it blocks: its event loop, which would do the work, does not run
 * then. The hook runs before the thread falls asleep, and every {@link idleHookMs} while work is left.
 *
 * @param hook does what is possible without waiting, and returns whether no work is left.
 */
export function addIdleHook(hook: () => boolean): void {
  hooks.add(hook);
}

/** Runs all hooks. Returns whether no work is left. */
export function runIdleHooks(): boolean {
  let isDone = true;
  for (const hook of hooks) if (!hook()) isDone = false;
  return isDone;
}
