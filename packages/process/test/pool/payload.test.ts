import { describe, expect, it } from "vitest";
import { packListPayload } from "../../src/pool/wire/payload.ts";

const pack = (list: readonly unknown[]) => packListPayload(list, "items", "process", []);
const zeros = new Array<number>(100).fill(0);

describe("packListPayload()", () => {
  it.each([
    [Int8Array, 127],
    [Int8Array, -128],
    [Int16Array, 128],
    [Int16Array, -129],
    [Int16Array, 32_767],
    [Int32Array, 32_768],
    [Int32Array, -(2 ** 31)],
    [Float64Array, 2 ** 31],
    [Float64Array, 0.5],
    [Float64Array, -0],
    [Float64Array, Number.NaN],
    [Float64Array, Number.NEGATIVE_INFINITY],
  ])("packs numbers as %o when the largest one is %d, and keeps each of them", (type, largest) => {
    const list = [...zeros, largest, 1];
    const packed = pack(list);
    expect(packed).toBeInstanceOf(type);
    expect(Array.from(packed as ArrayLike<unknown>)).toStrictEqual(list);
  });

  it("leaves a short list and a list with another primitive as they are", () => {
    for (const list of [
      [1, 2, 3],
      [...zeros, "1"],
      [...zeros, undefined],
      [...zeros, 1n],
    ])
      expect(pack(list)).toBe(list);
  });

  it("keeps the holes of a list", () => {
    const list = [...zeros];
    list.length = 200;
    expect(pack(list)).toBe(list);
  });

  it("moves the numbers to a thread", () => {
    const moved: unknown[] = [];
    const packed = packListPayload(zeros, "items", "thread", moved as never);
    expect(moved).toEqual([(packed as unknown as Int8Array).buffer]);
  });
});
