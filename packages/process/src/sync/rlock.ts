import { type BlockOptions, readBlockTimeout, type WaitOptions } from "../base/deadline.ts";
import { LockStateError } from "../base/errors.ts";
import { Mutex } from "../memory/mutex.ts";
import { registerShared } from "../memory/shared-object.ts";
import { currentFlow, type Flow, flowOfAwaiting, flowOfBlocking, inNewFlow } from "./flow.ts";
import { MutexLock } from "./mutex-lock.ts";

const flowWord = Mutex.words;
const depthWord = Mutex.words + 1;

/** How many bytes an RLock takes. */
export const rlockBytes = (Mutex.words + 2) * 4;

/**
 * A lock that its owner may acquire again, and must release as often.
 *
 * The owner is an async flow of a thread: the call of `acquire()` and what follows it through awaits, or the function given
 * to `hold()`. Two flows of one thread exclude each other as two threads do.
 *
 * Shape: a `Mutex`, then two words, 16 bytes in all.
 *   2  the owner's flow, counted in its thread; means something only while the mutex is held
 *   3  how often it was acquired
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
    const flow = flowOfAwaiting();
    return this.mutex.gate.wait(() => this.#tryEnter(flow), options);
  }

  acquireSync(options?: BlockOptions): boolean {
    const timeoutMs = readBlockTimeout(options);
    const flow = flowOfBlocking();
    if (this.#tryEnter(flow)) return true;
    if (!this.mutex.takeSync(timeoutMs)) return false;
    this.#own(flow, 1);
    return true;
  }

  tryAcquire(): boolean {
    return this.#tryEnter(flowOfBlocking());
  }

  /** @throws {LockStateError} when this flow does not own it. */
  release(): void {
    const flow = this.#ownerOrRefuse("release");
    if (Atomics.sub(this.place.segment.words, this.place.at + depthWord, 1) === 1) this.#disown(flow);
  }

  override hold<T>(fn: () => T | PromiseLike<T>, options?: Pick<WaitOptions, "signal">): Promise<T> {
    return this.isMine ? super.hold(fn, options) : inNewFlow(() => super.hold(fn, options));
  }

  get isMine(): boolean {
    return this.#isOf(currentFlow());
  }

  suspend(): () => boolean {
    const flow = this.#ownerOrRefuse("suspend");
    const depth = Atomics.load(this.place.segment.words, this.place.at + depthWord);
    this.#disown(flow);
    return () => this.#tryOwn(flow, depth);
  }

  #tryEnter(flow: Flow): boolean {
    if (!this.#isOf(flow)) return this.#tryOwn(flow, 1);
    Atomics.add(this.place.segment.words, this.place.at + depthWord, 1);
    return true;
  }

  #isOf(flow: Flow | undefined): boolean {
    if (flow === undefined || !this.mutex.isMine) return false;
    return Atomics.load(this.place.segment.words, this.place.at + flowWord) === flow.id;
  }

  #tryOwn(flow: Flow, depth: number): boolean {
    if (!this.mutex.attempt()) return false;
    this.#own(flow, depth);
    return true;
  }

  #own(flow: Flow, depth: number): void {
    flow.owned += 1;
    Atomics.store(this.place.segment.words, this.place.at + flowWord, flow.id);
    Atomics.store(this.place.segment.words, this.place.at + depthWord, depth);
  }

  #disown(flow: Flow): void {
    flow.owned -= 1;
    Atomics.store(this.place.segment.words, this.place.at + flowWord, 0);
    this.mutex.release();
  }

  #ownerOrRefuse(verb: string): Flow {
    const flow = currentFlow();
    if (flow !== undefined && this.#isOf(flow)) return flow;
    const state = this.locked ? "another thread, process or async flow owns it" : "it is free";
    throw new LockStateError(`Cannot ${verb} the RLock: ${state}, acquire it first`);
  }
}

registerShared(RLock, import.meta.url);
