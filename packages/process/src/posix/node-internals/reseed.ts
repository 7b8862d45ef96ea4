import { closeSync, openSync, readSync } from "node:fs";

/**
 * Gives this process random numbers of its own. A fork inherits the state of every generator, and without this all children
 * of one parent would draw the same numbers.
 *
 * V8 offers no way to seed `Math.random`, so another generator takes its place. Node's crypto draws from the kernel, but
 * keeps numbers in stock, which are used up.
 */
export function reseed(): void {
  const seed = new Uint32Array(4);
  const source = openSync("/dev/urandom", "r");
  readSync(source, new Uint8Array(seed.buffer));
  closeSync(source);
  const next = xoshiro128(seed);
  const random = {
    // 53 bits, as many as a double holds below 1.
    random: () => ((next() >>> 5) * 0x400_0000 + (next() >>> 6)) / 2 ** 53,
  };
  Math.random = random.random;
  useUpStock();
}

/**
 * Makes a generator of 32-bit numbers, xoshiro128**, from a state that is not all zero.
 *
 * Source: D. Blackman and S. Vigna, "Scrambled Linear Pseudorandom Number Generators" (2021).
 */
export function xoshiro128(state: Uint32Array): () => number {
  let [a = 0, b = 0, c = 0, d = 1] = state;
  return () => {
    const scrambled = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return scrambled;
  };
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

// randomUUID() keeps 128 identifiers in stock, randomInt() 6 KiB of bytes, of which each number takes 6.
const uuidsInStock = 128;
const intsInStock = 1024;

function useUpStock(): void {
  if (!isLoaded("crypto")) return;
  const { randomInt, randomUUID } = process.getBuiltinModule("node:crypto");
  for (let i = 0; i < uuidsInStock; i++) randomUUID();
  for (let i = 0; i < intsInStock; i++) randomInt(2);
}

function isLoaded(builtin: string): boolean {
  const { moduleLoadList } = process as unknown as { moduleLoadList?: readonly string[] };
  return moduleLoadList?.some((name) => name.endsWith(`Module ${builtin}`)) ?? true;
}
