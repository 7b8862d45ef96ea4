import { describe, expect, it } from "vitest";
import { xoshiro128 } from "../../src/posix/node-internals/reseed.ts";

describe("xoshiro128()", () => {
  it("returns the numbers of the published algorithm", () => {
    const next = xoshiro128(Uint32Array.of(1, 2, 3, 4));
    expect(Array.from({ length: 5 }, next)).toEqual([11520, 0, 5927040, 70819200, 2031721883]);
  });

  it("returns other numbers from another state", () => {
    const [a, b] = [xoshiro128(Uint32Array.of(1, 2, 3, 4)), xoshiro128(Uint32Array.of(1, 2, 3, 5))];
    expect(Array.from({ length: 8 }, a)).not.toEqual(Array.from({ length: 8 }, b));
  });
});
