import type { StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { sharing } from "./sharing.ts";

/** The contract of SharedValue and SharedArray, in the memory of any start method. */
export function valueContract(startMethod: StartMethodName): void {
  const { Lock, RLock, SharedArray, SharedValue, run } = sharing(startMethod);
  const given = [7, 3.5, 5, 123456789012345n, Uint8Array.of(120)] as const;
  const taken = [9, -1.25, -3, -(2n ** 62n), Uint8Array.of(121)] as const;
  const codes = ["i", "d", "h", "q", "c"] as const;

  describe(`SharedValue of ${startMethod}`, () => {
    it("has its initial value, and the value that a child writes", { tags: ["_TestValue.test_value"] }, async () => {
      const shared = codes.map((code, i) => new SharedValue(code, given[i] as never));
      expect(shared.map(({ value }) => value)).toEqual(given);
      await run("setAll", shared, taken);
      expect(shared.map(({ value }) => value)).toEqual(taken);
    });

    it("has the value that a child writes, without a lock", { tags: ["_TestValue.test_rawvalue"] }, async () => {
      const shared = codes.map((code, i) => new SharedValue(code, given[i] as never, { lock: false }));
      await run("setAll", shared, taken);
      expect(shared.map(({ value }) => value)).toEqual(taken);
    });

    it("has the requested lock", { tags: ["_TestValue.test_getobj_getlock"] }, async () => {
      expect(new SharedValue("i", 5).lock).toBeInstanceOf(RLock);
      expect(new SharedValue("i", 5, { lock: true }).lock).toBeInstanceOf(RLock);
      const lock = new Lock();
      expect(new SharedValue("i", 5, { lock }).lock).toBe(lock);
      expect(() => new SharedValue("i", 5, { lock: false }).lock).toThrow(TypeError);
      expect(() => new SharedValue("i", 5, { lock: "lock" as never })).toThrow(TypeError);
    });

    it("wraps integers that are too large, and throws for a value of another type", () => {
      const value = new SharedValue("i32", 0);
      value.value = 2 ** 31;
      expect(value.value).toBe(-(2 ** 31));
      expect(() => {
        value.value = 1.5;
      }).toThrow(TypeError);
      expect(() => new SharedValue("x" as never)).toThrow(TypeError);
      expect(new SharedValue("bool", true).value).toBe(true);
      expect(new SharedValue("f64").value).toBe(0);
      expect(new SharedValue("u64", 2n ** 64n - 1n).value).toBe(2n ** 64n - 1n);
    });
  });

  describe(`SharedArray of ${startMethod}`, () => {
    for (const [lock, tag] of [
      [true, "_TestArray.test_array"],
      [false, "_TestArray.test_rawarray"],
    ] as const) {
      it(`is read, written and sliced here and in a child, ${lock ? "with" : "without"} a lock`, {
        tags: [tag],
      }, async () => {
        const numbers = [680, 626, 934, 821, 150, 233, 548, 982, 714, 831];
        const array = new SharedArray("i", numbers, { lock });
        expect(array.length).toBe(numbers.length);
        expect(array.get(3)).toBe(numbers[3]);
        expect(array.get(-1)).toBe(831);
        expect(array.slice(2, 7)).toEqual(numbers.slice(2, 7));
        array.setSlice(4, 8, new SharedArray("i", [1, 2, 3, 4]));
        numbers.splice(4, 4, 1, 2, 3, 4);
        expect([...array]).toEqual(numbers);
        await run("prefixSum", array);
        for (let i = 1; i < numbers.length; i++) numbers[i]! += numbers[i - 1]!;
        expect([...array]).toEqual(numbers);
        expect(() => array.get(10)).toThrow(RangeError);
        expect(() => array.set(-11, 1)).toThrow(RangeError);
        expect(() => array.setSlice(0, 2, [1])).toThrow(RangeError);
      });
    }

    it("made by size is all zeros", { tags: ["_TestArray.test_array_from_size"] }, () => {
      for (let round = 0; round < 3; round++) {
        const array = new SharedArray("i", 10);
        expect(array.length).toBe(10);
        expect([...array]).toEqual(new Array(10).fill(0));
        array.setSlice(undefined, undefined, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        expect([...array]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      }
      expect(() => new SharedArray("i", -1)).toThrow(RangeError);
    });

    it("has the requested lock", { tags: ["_TestArray.test_getobj_getlock_obj"] }, () => {
      expect(new SharedArray("i", 3).lock).toBeInstanceOf(RLock);
      const lock = new Lock();
      expect(new SharedArray("i", 3, { lock }).lock).toBe(lock);
      expect(() => new SharedArray("i", 3, { lock: false }).lock).toThrow(TypeError);
      expect(() => new SharedArray("i", 3, { lock: 4 as never })).toThrow(TypeError);
    });

    it("of char is a byte string", () => {
      const text = new SharedArray("c", 10);
      text.value = new TextEncoder().encode("hello");
      expect(Buffer.from(text.value).toString()).toBe("hello");
      expect(text.raw.length).toBe(10);
      text.value = new TextEncoder().encode("hellohello");
      expect(Buffer.from(text.value).toString()).toBe("hellohello");
      expect(() => {
        text.value = new Uint8Array(11);
      }).toThrow(RangeError);
    });
  });
}
