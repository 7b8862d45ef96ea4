import { defineKernel, expectEqual, type Size } from "./kernel.ts";

/** π(limit), the number of primes up to the limit. */
const published: Record<Size, { limit: number; primes: number }> = {
  tiny: { limit: 1e6, primes: 78_498 },
  small: { limit: 1e7, primes: 664_579 },
  medium: { limit: 1e8, primes: 5_761_455 },
  large: { limit: 1e9, primes: 50_847_534 },
};

/** Odd numbers in one segment of the sieve; one byte each, so that a segment fits a first-level cache of 32 KiB. */
const segment = 2 ** 15;

/** The odd primes up to √limit, by a plain sieve. */
function basePrimes(limit: number): Uint32Array {
  const top = Math.floor(Math.sqrt(limit));
  const composite = new Uint8Array(top + 1);
  const primes: number[] = [];
  for (let candidate = 3; candidate <= top; candidate += 2) {
    if (composite[candidate] === 1) continue;
    primes.push(candidate);
    for (let multiple = candidate * candidate; multiple <= top; multiple += 2 * candidate) composite[multiple] = 1;
  }
  return Uint32Array.from(primes);
}

/** Counts the primes among the odd numbers 2·low+1 … 2·high−1. Index i represents 2i+1. */
function countOdd(low: number, high: number, bases: Uint32Array, sieve: Uint8Array): number {
  let primes = 0;
  for (let start = low; start < high; start += segment) {
    const end = Math.min(start + segment, high);
    sieve.fill(1);
    for (let at = 0; at < bases.length; at++) {
      const prime = bases[at] as number;
      const square = (prime * prime - 1) / 2;
      if (square >= end) break;
      let index = square;
      if (index < start) {
        const past = (start - square) % prime;
        index = past === 0 ? start : start + prime - past;
      }
      for (index -= start; index < end - start; index += prime) sieve[index] = 0;
    }
    for (let index = 0; index < end - start; index++) primes += sieve[index] as number;
  }
  return primes;
}

/**
 * Counts primes with a segmented sieve: integers and the first-level cache.
 *
 * Source: OEIS A006880 for the number of primes below a power of ten.
 */
export const primes = defineKernel<number>({
  id: "primes",
  title: "Primes by segmented sieve",
  module: import.meta.url,
  bound: "compute",
  source: "OEIS A006880",
  prepare(size) {
    const { limit, primes: expected } = published[size];
    const bases = basePrimes(limit);
    const sieve = new Uint8Array(segment);
    const odds = limit / 2;
    const chunkOdds = segment * (size === "tiny" ? 1 : size === "small" ? 4 : 8);
    return {
      chunks: Math.ceil(odds / chunkOdds),
      run: (chunk) => countOdd(chunk * chunkOdds, Math.min((chunk + 1) * chunkOdds, odds), bases, sieve),
      // Index 0 represents 1, which is no prime but is counted; 2 is a prime but is not odd. The two errors cancel
      // out.
      check: (parts) =>
        expectEqual(
          "number of primes",
          parts.reduce((sum, part) => sum + part, 0),
          expected,
        ),
    };
  },
});
