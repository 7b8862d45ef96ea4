import { type BlockOptions, readBlockTimeout, type WaitOptions } from "../base/deadline.ts";
import { Gate } from "../memory/gate.ts";
import { registerShared } from "../memory/shared-object.ts";
import { Lockable } from "./lockable.ts";

const boundWord = 1;
const gateWord = 2;
const largest = 2 ** 31 - 1;

/**
 * A count of things that can be taken, one at a time, and given back by anyone.
 *
 * Nobody owns what was taken, so a death gives nothing back.
 *
 * Shape: three words.
 *   0  how many can be taken
 *   1  how many at most; release beyond is refused
 *   2  a `Gate`
 *
 * @example
 * const seats = new Semaphore(4);
 * await seats.hold(eat);
 */
export class Semaphore extends Lockable {
  readonly #gate: Gate;

  /**
   * @param value how many can be taken at first, 0…2³¹ − 1. Default: 1.
   * @throws {RangeError} when it is no such count.
   */
  constructor(value = 1) {
    if (!Number.isInteger(value) || value < 0 || value > largest) {
      throw new RangeError(`Cannot make a ${new.target.name} of ${value}: write a whole number from 0 to ${largest}`);
    }
    super(12);
    const { segment, at, isFresh } = this.place;
    this.#gate = new Gate(segment, at + gateWord);
    if (!isFresh) return;
    Atomics.store(segment.words, at + boundWord, this.bound(value));
    Atomics.store(segment.words, at, value);
  }

  /** How many can be taken at this moment. */
  get value(): number {
    return Atomics.load(this.place.segment.words, this.place.at);
  }

  get locked(): boolean {
    return this.value === 0;
  }

  acquire(options?: WaitOptions): Promise<boolean> {
    return this.#gate.wait(this.#take, options);
  }

  acquireSync(options?: BlockOptions): boolean {
    const timeoutMs = readBlockTimeout(options);
    return this.#take() || this.#gate.waitSync(this.#take, timeoutMs);
  }

  tryAcquire(): boolean {
    return this.#take();
  }

  /** @throws {RangeError} when more would be given back than the semaphore can hold. */
  release(): void {
    const { words } = this.place.segment;
    const { at } = this.place;
    for (;;) {
      const value = Atomics.load(words, at);
      const bound = Atomics.load(words, at + boundWord);
      if (value >= bound) {
        throw new RangeError(
          `Cannot release the ${this.constructor.name}: its value is ${value}, and that is the most it can be`,
        );
      }
      if (Atomics.compareExchange(words, at, value, value + 1) === value) break;
    }
    this.#gate.open();
  }

  override toString(): string {
    return `${this.constructor.name}(value=${this.value})`;
  }

  /** The most that the value can be. */
  protected bound(_value: number): number {
    return largest;
  }

  readonly #take = (): boolean => {
    const { words } = this.place.segment;
    const { at } = this.place;
    for (;;) {
      const value = Atomics.load(words, at);
      if (value === 0) return false;
      if (Atomics.compareExchange(words, at, value, value - 1) === value) return true;
    }
  };
}

/** A {@link Semaphore} whose value never exceeds what it was at first: one release too many is an error, not one more seat. */
export class BoundedSemaphore extends Semaphore {
  protected override bound(value: number): number {
    return value;
  }
}

registerShared(Semaphore, import.meta.url);
registerShared(BoundedSemaphore, import.meta.url);
