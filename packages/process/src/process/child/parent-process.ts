import { checkWaitOptions, timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { deferred } from "../../base/deferred.ts";
import { type Pending, readiness, type Waitable } from "../../base/waitable.ts";
import { afterFork } from "../../posix/fork/fork-hooks.ts";
import { identity } from "../info/process-identity.ts";
import { Sentinel } from "../info/sentinel.ts";

/** The process that created this one, seen from here. */
export class ParentProcess implements Waitable {
  /** The operating system's id of the process. */
  readonly pid: number;
  /** The thread's id as `worker_threads` counts, 0 for a process's main thread. */
  readonly threadId: number;
  readonly name: string;

  constructor(parent: { readonly pid: number; readonly threadId: number; readonly name: string }) {
    this.pid = parent.pid;
    this.threadId = parent.threadId;
    this.name = parent.name;
  }

  get isAlive(): boolean {
    return !gone;
  }

  /** A thing to `wait()` for that becomes ready when the parent ends. */
  get sentinel(): Sentinel {
    return new Sentinel(() => gone, watch);
  }

  /**
   * Waits for the end of the parent. A child that does, or that waits for the sentinel, is not ended with its parent: it has
   * taken that on itself. A thread never sees the end of its parent, since it ends with it.
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

let gone = false;
let ended = deferred();
let watchers = 0;
let hold: (alive: boolean) => void = () => {};
let outlive: () => void = () => {};

function watch(): Pending {
  watchers += 1;
  if (watchers === 1) hold(true);
  outlive();
  return {
    ready: ended.promise,
    release: () => {
      watchers -= 1;
      if (watchers === 0) hold(false);
    },
  };
}

/**
 * Watches over the parent, in a child.
 *
 * @param end settles when the parent is gone.
 * @param channel.hold keeps the program alive while somebody waits for the parent's end.
 * @param channel.outlive stops the kernel from ending this process with its parent.
 * @returns whether, when the parent is gone, anybody had waited for that: resolves then.
 */
export function watchParent(end: Promise<void>, by: { hold(alive: boolean): void; outlive(): void }): Promise<boolean> {
  hold = by.hold;
  outlive = by.outlive;
  return end.then(() => {
    gone = true;
    const watched = watchers > 0;
    ended.resolve();
    return watched;
  });
}

let parent: ParentProcess | null | undefined;

// The parent of a fork is the process that it is a fork of.
afterFork(() => {
  gone = false;
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
