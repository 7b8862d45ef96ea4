// @ts-check
import { createHash } from "node:crypto";

/** Numbers that a seed decides. The same seed gives the same numbers in the same order. */
export class Random {
  #state;

  /** @param {string} seed */
  constructor(seed) {
    this.#state = createHash("sha256").update(seed).digest().readUInt32LE();
  }

  /** A whole number from 0 to `end` - 1. Source: mulberry32 by T. Ettinger. @param {number} end */
  below(end) {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * end);
  }

  /** `true` once in `times`, on average. @param {number} times */
  once(times) {
    return this.below(times) === 0;
  }

  /** @template T @param {readonly T[]} values @returns {T} */
  pick(values) {
    return /** @type {T} */ (values[this.below(values.length)]);
  }
}
