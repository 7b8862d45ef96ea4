import { checkWaitOptions, timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { deferred } from "../../base/deferred.ts";
import { type Pending, readiness, type Waitable } from "../../base/waitable.ts";
import { onForkInChild } from "../../posix/fork/fork-hooks.ts";
import { identity } from "../info/process-identity.ts";
import { Sentinel } from "../info/sentinel.ts";

/** The process that created this one, as a child sees it. */
export class ParentProcess implements Waitable {
  /** The operating system's id of the process. */
  readonly pid: number;
  /** The thread's id as `worker_threads` counts; 0 for the main thread of a process. */
  readonly threadId: number;
  readonly name: string;

  constructor(parent: { readonly pid: number; readonly threadId: number; readonly name: string }) {
    this.pid = parent.pid;
    this.threadId = parent.threadId;
    this.name = parent.name;
  }

  get isAlive(): boolean {
    return !hasEnded;
  }

  /** An object for `wait()` that becomes ready when the parent ends. */
  readonly sentinel: Sentinel = new Sentinel(() => hasEnded, watch);

  /**
   * Waits for the parent's end. A child that waits for it, here or through the sentinel, does not end with its parent:
   * it must end by itself. A thread never sees its parent end, since it ends with it.
   *
   * @returns `true` when the parent has ended, `false` when time ran out.
   */
  async join(options: WaitOptions = {}): Promise<boolean> {
    checkWaitOptions(options);
    const { ready, release } = watch();
    try {
      return (await withDeadline(ready, options)) !== timedOut;
    } finally {
      release();
    }
  }

  [readiness](): Pending | null {
    return this.sentinel[readiness]();
  }
}

let hasEnded = false;
let ended = deferred();
let watchers = 0;
let keepAlive: (alive: boolean) => void = () => {};
let outlive: () => void = () => {};

function watch(): Pending {
  watchers += 1;
  if (watchers === 1) keepAlive(true);
  outlive();
  return {
    ready: ended.promise,
    release: () => {
      watchers -= 1;
      if (watchers === 0) keepAlive(false);
    },
  };
}

/**
 * Watches the parent, in a child.
 *
 * @param end settles when the parent has ended.
 * @param by.keepAlive sets whether this program stays alive, since code in it waits for the parent's end.
 * @param by.outlive stops the kernel from ending this process with its parent.
 * @returns resolves at the parent's end: `true` when code in this process waited for that.
 */
export function watchParent(
  end: Promise<void>,
  by: { keepAlive(alive: boolean): void; outlive(): void },
): Promise<boolean> {
  keepAlive = by.keepAlive;
  outlive = by.outlive;
  return end.then(() => {
    hasEnded = true;
    const isWatched = watchers > 0;
    ended.resolve();
    return isWatched;
  });
}

let parent: ParentProcess | null | undefined;

// The parent of a forked child is the process that forked it, not that process's parent.
onForkInChild(() => {
  hasEnded = false;
  ended = deferred();
  watchers = 0;
  parent = undefined;
});

/** The process that created this one; `null` in the main process. */
export function parentProcess(): ParentProcess | null {
  if (parent === undefined) {
    const given = identity().parent;
    parent = given === null ? null : new ParentProcess(given);
  }
  return parent;
}
