import { closeSync, openSync, readSync } from "node:fs";
import { examinePart, expectPart, type InternalCheck } from "./internal-check.ts";

/**
 * Gives this process random numbers of its own. A fork inherits the state of every generator: without this, all
 * children of one parent would draw the same numbers.
 *
 * V8 offers no way to seed `Math.random`, so another generator replaces it. Node's crypto draws from the kernel, but
 * caches numbers; the caches are exhausted.
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
  exhaustRandomCaches();
}

/** Whether a fork of this process can get random numbers of its own: not when a program has frozen `Math`. */
export function canReseed(): boolean {
  return Object.getOwnPropertyDescriptor(Math, "random")?.writable !== false;
}

/**
 * Creates a generator of 32-bit numbers, xoshiro128**, from a state that is not all zero.
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

// randomUUID() caches 128 identifiers, randomInt() 6 KiB of bytes, of which each number takes 6.
const cachedUuids = 128;
const cachedInts = 1024;

function exhaustRandomCaches(): void {
  if (!isLoaded("crypto")) return;
  const { randomInt, randomUUID } = process.getBuiltinModule("node:crypto");
  for (let i = 0; i < cachedUuids; i++) randomUUID();
  for (let i = 0; i < cachedInts; i++) randomInt(2);
}

function isLoaded(builtin: string): boolean {
  return moduleLoadList()?.some((name) => name.endsWith(`Module ${builtin}`)) ?? true;
}

function moduleLoadList(): readonly string[] | undefined {
  return (process as unknown as { moduleLoadList?: readonly string[] }).moduleLoadList;
}

/** Whether Node lists the built-in modules that are loaded. */
export function check(): InternalCheck {
  return examinePart("loaded modules", () => {
    expectPart(moduleLoadList() !== undefined, "process.moduleLoadList to be a list");
    expectPart(isLoaded("fs"), 'process.moduleLoadList to name the module "fs"');
    return "process.moduleLoadList names the modules that are loaded";
  });
}
