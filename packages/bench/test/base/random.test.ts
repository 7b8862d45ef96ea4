import fc from "fast-check";
import { expect, it } from "vitest";
import { seededRandom, shuffled } from "../../src/base/random.ts";

it("seededRandom generates the same numbers for the same seed, all in [0, 1)", () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const draw = () => Array.from({ length: 20 }, seededRandom(seed));
      expect(draw()).toEqual(draw());
      for (const value of draw()) expect(value >= 0 && value < 1).toBe(true);
    }),
  );
});

it("shuffled keeps every item once", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
      expect([...shuffled(items, seededRandom(seed))].sort()).toEqual([...items].sort());
    }),
  );
});

it("shuffled puts each item first about equally often", () => {
  const random = seededRandom(7);
  const first = { a: 0, b: 0, c: 0 };
  for (let draw = 0; draw < 3000; draw++) first[shuffled(["a", "b", "c"] as const, random)[0] as "a"]++;
  for (const times of Object.values(first)) expect(Math.abs(times - 1000)).toBeLessThan(100);
});
