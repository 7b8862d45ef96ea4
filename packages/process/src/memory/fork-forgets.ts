import { afterFork } from "../posix/fork/fork-hooks.ts";

/** What keeps account of flows of this thread that are in the midst of something, such as those who wait at a gate. */
export interface UnderWay {
  /** Forgets them. */
  forget(): void;
}

/**
 * All that has such flows at this moment. In a forked process they are the parent's, and do not go on: what kept account of
 * them would wait for them for ever.
 */
export const underWay = new Set<UnderWay>();

afterFork(() => {
  for (const each of underWay) each.forget();
  underWay.clear();
});
