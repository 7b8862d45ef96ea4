/** What is done around every fork of this process. */
export interface ForkHooks {
  /** Before it. Default: nothing. */
  before?(): void;
  /** After it, in the parent. Default: nothing. @param pid the child's; `null` when there is none, since the fork failed. */
  inParent?(pid: number | null): void;
  /** First thing in the child. */
  inChild(): void;
}

const all = new Set<ForkHooks>();

/**
 * Registers what every fork of this process must do.
 *
 * Source: Python's `os.register_at_fork`.
 */
export function aroundFork(hooks: ForkHooks): void {
  all.add(hooks);
}

/** Registers what every fork must do first thing in the child, such as forgetting what only the parent has. */
export function afterFork(inChild: () => void): void {
  aroundFork({ inChild });
}

/** Runs what was registered, about to fork. */
export function runBeforeFork(): void {
  for (const hooks of all) hooks.before?.();
}

/** Runs what was registered, in a parent that has forked or could not. */
export function runInParent(pid: number | null): void {
  for (const hooks of all) hooks.inParent?.(pid);
}

/** Runs what was registered, in a child that was just forked. */
export function runAfterFork(): void {
  for (const hooks of all) hooks.inChild();
}
