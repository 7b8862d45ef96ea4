import { type BlockOptions, readBlockTimeout, type WaitOptions } from "../base/deadline.ts";
import { Gate } from "../memory/gate.ts";
import { registerShared, SharedObject } from "../memory/shared-object.ts";

const gateWord = 1;

/**
 * A flag that one waits for.
 *
 * `set()` lets everyone go who waits at that moment, though `clear()` follow at once.
 *
 * Shape: two words.
 *   0  bit 0 whether it is set; the others count how often it was
 *   1  a `Gate`
 *
 * @example
 * const ready = new SharedEvent();
 * await ready.wait();
 */
export class SharedEvent extends SharedObject {
  readonly #gate: Gate;

  constructor() {
    super(8);
    this.#gate = new Gate(this.place.segment, this.place.at + gateWord);
  }

  get isSet(): boolean {
    return (this.#load() & 1) === 1;
  }

  /** Sets the flag; whoever waits goes on. */
  set(): void {
    const { words } = this.place.segment;
    for (;;) {
      const seen = this.#load();
      if ((seen & 1) === 1) return;
      if (Atomics.compareExchange(words, this.place.at, seen, (seen + 3) | 0) === seen) break;
    }
    this.#gate.open();
  }

  /** Takes the flag down. */
  clear(): void {
    Atomics.and(this.place.segment.words, this.place.at, ~1);
  }

  /**
   * Waits until the flag is set.
   *
   * @returns whether it was before time ran out.
   * @throws `options.signal.reason` when that aborts first.
   */
  wait(options?: WaitOptions): Promise<boolean> {
    return this.#gate.wait(this.#attempt(), options);
  }

  /** Waits until the flag is set, blocking this thread. Returns whether it was before time ran out. */
  waitSync(options?: BlockOptions): boolean {
    return this.#gate.waitSync(this.#attempt(), readBlockTimeout(options));
  }

  override toString(): string {
    return `${this.constructor.name}(${this.isSet ? "set" : "not set"})`;
  }

  #attempt(): () => boolean {
    const before = this.#load() >> 1;
    return () => this.isSet || this.#load() >> 1 !== before;
  }

  #load(): number {
    return Atomics.load(this.place.segment.words, this.place.at);
  }
}

registerShared(SharedEvent, import.meta.url);
