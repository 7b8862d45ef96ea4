import { type BlockOptions, readBlockTimeout, type WaitOptions } from "../base/deadline.ts";
import { LockStateError } from "../base/errors.ts";
import { labelKey } from "../base/label.ts";
import { observer } from "../base/observer.ts";
import { Mutex } from "../memory/mutex.ts";
import { waitObserved, waitObservedSync } from "../memory/observed-wait.ts";
import { registerShared } from "../memory/shared-object.ts";
import { openDelayed } from "../memory/wait/delayed-wake-ups.ts";
import { type AsyncFlow, currentFlow, flowForAwaitedCall, flowForBlockingCall, runInNewFlow } from "./async-flow.ts";
import { MutexLock } from "./mutex-lock.ts";

const flowWord = Mutex.words;
const depthWord = Mutex.words + 1;

/** The size of an RLock in bytes. */
export const rlockBytes = (Mutex.words + 2) * 4;

/**
 * A reentrant lock: its owner may acquire it again, and must release it as often.
 *
 * The owner is an async flow: the call of `acquire()` and the code after it, through awaits, or the function given to
 * `hold()`. Two flows of one thread exclude each other as two threads do.
 *
 * Shape: a `Mutex`, then two words, 16 bytes in all.
 *   2  the id of the owner's flow in its thread; valid only while the mutex is held
 *   3  the depth: how often it was acquired
 *
 * @example
 * const lock = new RLock();
 * await Promise.all([lock.hold(deposit), lock.hold(withdraw)]); // one after the other
 */
export class RLock extends MutexLock {
  constructor() {
    super(rlockBytes);
  }

  acquire(options?: WaitOptions): Promise<boolean> {
    const flow = flowForAwaitedCall();
    const attempt = () => this.#tryAcquireFor(flow);
    if (observer === undefined || this.#ownerAmong(flow) !== undefined) return this.mutex.gate.wait(attempt, options);
    return waitObserved(observer, this.waitSubject(observer, false, flow), this.mutex.gate, attempt, options);
  }

  acquireSync(options?: BlockOptions): boolean {
    const timeoutMs = readBlockTimeout(options);
    const flow = flowForBlockingCall();
    if (this.#tryAcquireNow(flow)) return true;
    if (observer !== undefined) {
      const subject = this.waitSubject(observer, true, flow);
      return waitObservedSync(observer, subject, this.mutex.gate, () => this.#tryOwn(flow, 1), timeoutMs);
    }
    if (!this.mutex.takeSync(timeoutMs)) return false;
    this.#own(flow, 1);
    return true;
  }

  tryAcquire(): boolean {
    return this.#tryAcquireNow(flowForBlockingCall());
  }

  /** @throws {LockStateError} when this flow does not own it. */
  release(): void {
    const flow = this.#requireOwner("release");
    if (Atomics.sub(this.location.segment.words, this.location.at + depthWord, 1) === 1) this.#disown(flow);
  }

  override hold<T>(fn: () => T | PromiseLike<T>, options?: Pick<WaitOptions, "signal">): Promise<T> {
    return this.isMine ? super.hold(fn, options) : runInNewFlow(() => super.hold(fn, options));
  }

  get isMine(): boolean {
    return this.#ownerAmong(currentFlow()) !== undefined;
  }

  protected override get heldDetail(): string {
    return `, depth ${Atomics.load(this.location.segment.words, this.location.at + depthWord)}`;
  }

  suspend(): () => boolean {
    const flow = this.#requireOwner("suspend");
    const depth = Atomics.load(this.location.segment.words, this.location.at + depthWord);
    this.#disown(flow);
    return () => this.#tryOwn(flow, depth);
  }

  #tryAcquireNow(flow: AsyncFlow): boolean {
    const isFirst = observer !== undefined && this.#ownerAmong(flow) === undefined;
    const isAcquired = this.#tryAcquireFor(flow);
    if (isFirst && isAcquired) observer?.taken(this[labelKey], flow);
    return isAcquired;
  }

  #tryAcquireFor(flow: AsyncFlow): boolean {
    if (this.#ownerAmong(flow) === undefined) return this.#tryOwn(flow, 1);
    Atomics.add(this.location.segment.words, this.location.at + depthWord, 1);
    return true;
  }

  /** Which of a flow and those around it owns the lock. */
  #ownerAmong(flow: AsyncFlow | undefined): AsyncFlow | undefined {
    if (flow === undefined || !this.mutex.isMine) return undefined;
    const owner = Atomics.load(this.location.segment.words, this.location.at + flowWord);
    for (let at: AsyncFlow | undefined = flow; at !== undefined; at = at.parent) if (at.id === owner) return at;
    return undefined;
  }

  #tryOwn(flow: AsyncFlow, depth: number): boolean {
    if (!this.mutex.attempt()) return false;
    this.#own(flow, depth);
    return true;
  }

  #own(flow: AsyncFlow, depth: number): void {
    flow.locksOwned += 1;
    Atomics.store(this.location.segment.words, this.location.at + flowWord, flow.id);
    Atomics.store(this.location.segment.words, this.location.at + depthWord, depth);
  }

  #disown(flow: AsyncFlow): void {
    flow.locksOwned -= 1;
    Atomics.store(this.location.segment.words, this.location.at + flowWord, 0);
    this.mutex.release();
    openDelayed();
    observer?.released(this[labelKey]);
  }

  #requireOwner(verb: string): AsyncFlow {
    const owner = this.#ownerAmong(currentFlow());
    if (owner !== undefined) return owner;
    const state = this.locked ? "another thread, process or async flow owns it" : "it is free";
    throw new LockStateError(`Cannot ${verb} the RLock: ${state}, acquire it first`);
  }
}

registerShared(RLock, import.meta.url);
