import { type BlockOptions, readBlockTimeout, type WaitOptions } from "../base/deadline.ts";
import { LockStateError } from "../base/errors.ts";
import { Mutex } from "../memory/mutex.ts";
import { registerShared } from "../memory/shared-object.ts";
import { MutexLock } from "./mutex-lock.ts";

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
    return this.mutex.gate.wait(this.mutex.attempt, options);
  }

  acquireSync(options?: BlockOptions): boolean {
    return this.mutex.takeSync(options === undefined ? undefined : readBlockTimeout(options));
  }

  tryAcquire(): boolean {
    return this.mutex.tryTake(true);
  }

  /** @throws {LockStateError} when it is free. */
  release(): void {
    if (!this.mutex.release()) throw new LockStateError("Cannot release the Lock: it is free, acquire it first");
  }

  get isMine(): boolean {
    return this.mutex.isMine;
  }

  suspend(): () => boolean {
    this.release();
    return this.mutex.attempt;
  }
}

registerShared(Lock, import.meta.url);
