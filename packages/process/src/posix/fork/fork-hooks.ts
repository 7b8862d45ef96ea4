/** Functions that run around each fork of this process. */
export interface ForkHooks {
  /** Runs before the fork. Default: nothing. */
  before?(): void;
  /** Runs after it in the parent. Default: nothing. @param pid the child's; `null` when the fork failed. */
  inParent?(pid: number | null): void;
  /** Runs after it in the child. */
  inChild(): void;
}

const registered = new Set<ForkHooks>();

/**
 * Registers functions that run around each fork of this process.
 *
 * Source: Python's `os.register_at_fork`.
 */
export function aroundFork(hooks: ForkHooks): void {
  registered.add(hooks);
}

/**
 * Registers a function that each forked child runs before its caller continues. It forgets what only the parent has.
 */
export function onForkInChild(inChild: () => void): void {
  aroundFork({ inChild });
}

/** Runs the registered functions before a fork. */
export function runBeforeFork(): void {
  for (const hooks of registered) hooks.before?.();
}

/** Runs the registered functions in the parent after a fork. @param pid the child; `null` when the fork failed. */
export function runForkInParent(pid: number | null): void {
  for (const hooks of registered) hooks.inParent?.(pid);
}

/** Runs the registered functions in a child that was just forked. */
export function runForkInChild(): void {
  for (const hooks of registered) hooks.inChild();
}
