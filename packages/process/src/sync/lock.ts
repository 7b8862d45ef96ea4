import { type BlockOptions, readBlockTimeout, type WaitOptions } from "../base/deadline.ts";
import { LockStateError } from "../base/errors.ts";
import { labelKey } from "../base/label.ts";
import { observer } from "../base/observer.ts";
import { Mutex } from "../memory/mutex.ts";
import { waitObserved, waitObservedSync } from "../memory/observed-wait.ts";
import { registerShared } from "../memory/shared-object.ts";
import { openDelayed } from "../memory/wait/delayed-wake-ups.ts";
import { flowOf, MutexLock } from "./mutex-lock.ts";

/**
 * Mutual exclusion between threads and processes.
 *
 * Not reentrant: a holder that acquires it again deadlocks. Not fair: a new caller may acquire it before a waiting
 * one. Any thread may release it, not only its holder.
 *
 * When the thread or process that holds it exits or is killed, the next one acquires it and finds `abandoned` true.
 *
 * Shape: a `Mutex`, 8 bytes.
 *
 * @example
 * const lock = new Lock();
 * await lock.hold(() => { total.value += 1; });
 */
export class Lock extends MutexLock {
  constructor() {
    super(Mutex.words * 4);
  }

  acquire(options?: WaitOptions): Promise<boolean> {
    const { attempt, gate } = this.mutex;
    if (observer === undefined) return gate.wait(attempt, options);
    return waitObserved(observer, this.waitSubject(observer, false), gate, attempt, options);
  }

  acquireSync(options?: BlockOptions): boolean {
    if (observer !== undefined) return this.#acquireObserved(readBlockTimeout(options));
    return this.mutex.takeSync(options === undefined ? undefined : readBlockTimeout(options));
  }

  tryAcquire(): boolean {
    const isTaken = this.mutex.tryTake(true);
    if (observer !== undefined && isTaken) observer.taken(this[labelKey], flowOf(observer, true));
    return isTaken;
  }

  /** @throws {LockStateError} when it is free. */
  release(): void {
    if (!this.mutex.release()) throw new LockStateError("Cannot release the Lock: it is free, acquire it first");
    openDelayed();
    observer?.released(this[labelKey]);
  }

  get isMine(): boolean {
    return this.mutex.isMine;
  }

  suspend(): () => boolean {
    this.release();
    return this.mutex.attempt;
  }

  #acquireObserved(timeoutMs: number): boolean {
    if (this.tryAcquire()) return true;
    if (observer === undefined) return this.mutex.takeSync(timeoutMs);
    const { attempt, gate } = this.mutex;
    return waitObservedSync(observer, this.waitSubject(observer, true), gate, attempt, timeoutMs);
  }
}

registerShared(Lock, import.meta.url);
