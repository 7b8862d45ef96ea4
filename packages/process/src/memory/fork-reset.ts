import { onForkInChild } from "../posix/fork/fork-hooks.ts";

/** An object that keeps a list of operations of this thread that are not finished, such as the waiters of a gate. */
export interface ForkResettable {
  /** Drops the list. */
  resetInChild(): void;
}

/**
 * The objects that have unfinished operations now. A forked process inherits the lists, but the operations continue in
 * the parent only. Without a reset the child would wait for them and never end.
 */
export const resetInForkedChild = new Set<ForkResettable>();

onForkInChild(() => {
  for (const each of resetInForkedChild) each.resetInChild();
  resetInForkedChild.clear();
});
