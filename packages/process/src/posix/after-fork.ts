const hooks = new Set<() => void>();

/**
 * Registers what every fork of this process must do first thing in the child, such as forgetting what only the parent has.
 *
 * Source: Python's `multiprocessing.util.register_after_fork`.
 */
export function afterFork(hook: () => void): void {
  hooks.add(hook);
}

/** Runs what was registered, in a child that was just forked. */
export function runAfterFork(): void {
  for (const hook of hooks) hook();
}
