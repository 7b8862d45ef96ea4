import { type BlockOptions, readBlockTimeout, type WaitOptions } from "../base/deadline.ts";
import { labelKey } from "../base/label.ts";
import { observer } from "../base/observer.ts";
import { Gate } from "../memory/gate.ts";
import { type WaitSubject, waitObserved, waitObservedSync } from "../memory/observed-wait.ts";
import { registerShared } from "../memory/shared-object.ts";
import { Lockable } from "./lockable.ts";
import { flowOf } from "./mutex-lock.ts";

const boundWord = 1;
const gateWord = 2;
const largest = 2 ** 31 - 1;

/**
 * A counter: `acquire()` decrements it and waits while it is 0, `release()` increments it.
 *
 * Any thread may release. A semaphore has no owner, so the exit of a thread or process does not release it.
 *
 * Shape: three words.
 *   0  the value
 *   1  the largest value; a release beyond it throws
 *   2  a `Gate`
 *
 * @example
 * const seats = new Semaphore(4);
 * await seats.hold(eat);
 */
export class Semaphore extends Lockable {
  readonly #gate: Gate;
  readonly #initial: number;

  /**
   * @param value the initial value, 0…2³¹ − 1. Default: 1.
   * @throws {RangeError} when it is not in that range.
   */
  constructor(value = 1) {
    if (!Number.isInteger(value) || value < 0 || value > largest) {
      throw new RangeError(`Cannot create a ${new.target.name} of ${value}: write a whole number from 0 to ${largest}`);
    }
    super(12);
    this.#initial = value;
    const { segment, at, isFresh } = this.location;
    this.#gate = new Gate(segment, at + gateWord, () => this.value > 0);
    this.#gate.waitsFor = { kind: "lock", subject: this[labelKey] };
    if (!isFresh) return;
    Atomics.store(segment.words, at + boundWord, this.bound(value));
    Atomics.store(segment.words, at, value);
  }

  /** The current value. */
  get value(): number {
    return Atomics.load(this.location.segment.words, this.location.at);
  }

  get locked(): boolean {
    return this.value === 0;
  }

  acquire(options?: WaitOptions): Promise<boolean> {
    if (observer === undefined) return this.#gate.wait(this.#tryTake, options);
    return waitObserved(observer, this.#waitSubject(), this.#gate, this.#tryTake, options);
  }

  acquireSync(options?: BlockOptions): boolean {
    const timeoutMs = readBlockTimeout(options);
    if (this.#tryTake()) return true;
    if (observer === undefined) return this.#gate.waitSync(this.#tryTake, timeoutMs);
    return waitObservedSync(observer, this.#waitSubject(), this.#gate, this.#tryTake, timeoutMs);
  }

  tryAcquire(): boolean {
    return this.#tryTake();
  }

  /** @throws {RangeError} when the value is the largest possible one. */
  release(): void {
    const { words } = this.location.segment;
    const { at } = this.location;
    for (;;) {
      const value = Atomics.load(words, at);
      const bound = Atomics.load(words, at + boundWord);
      if (value >= bound) {
        throw new RangeError(
          `Cannot release the ${this.constructor.name}: its value is ${value}, the largest possible one; release it once for each acquire()`,
        );
      }
      if (Atomics.compareExchange(words, at, value, value + 1) === value) break;
    }
    this.#gate.open();
  }

  // Any thread may release a semaphore. Only a function that holds it surely does, so only that counts as a holder.
  override async hold<T>(fn: () => T | PromiseLike<T>, options?: Pick<WaitOptions, "signal">): Promise<T> {
    if (observer === undefined) return super.hold(fn, options);
    const run = () => {
      if (observer !== undefined) observer.taken(this[labelKey], flowOf(observer, false));
      return fn();
    };
    try {
      return await super.hold(run, options);
    } finally {
      observer?.released(this[labelKey]);
    }
  }

  override toString(): string {
    return `${this.constructor.name}(value=${this.value})`;
  }

  /** The largest possible value. */
  protected bound(_value: number): number {
    return largest;
  }

  #waitSubject(): WaitSubject {
    return {
      kind: "lock",
      subject: this[labelKey],
      capacity: this.#initial,
      flow: observer && flowOf(observer, false),
    };
  }

  protected override constructorArgs(): readonly unknown[] {
    return [this.#initial];
  }

  readonly #tryTake = (): boolean => {
    const { words } = this.location.segment;
    const { at } = this.location;
    for (;;) {
      const value = Atomics.load(words, at);
      if (value === 0) return false;
      if (Atomics.compareExchange(words, at, value, value - 1) === value) return true;
    }
  };
}

/** A {@link Semaphore} whose value never exceeds its initial value: a release without an acquire throws. */
export class BoundedSemaphore extends Semaphore {
  protected override bound(value: number): number {
    return value;
  }
}

registerShared(Semaphore, import.meta.url);
registerShared(BoundedSemaphore, import.meta.url);
