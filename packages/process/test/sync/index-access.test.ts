import { ShareableList, SharedArray } from "@manyhands/process";
import { describe, expect, it } from "vitest";

describe.each<[string, () => Record<number, unknown>, string]>([
  ["a SharedArray", () => new SharedArray("i32", [1, 2]) as never, ", or index its field typed"],
  ["a ShareableList", () => new ShareableList([1, 2]) as never, ""],
])("an index of %s", (_, make, also) => {
  it("throws, and the error names the method that works", () => {
    const list = make() as Record<number | string, unknown> & ShareableList;
    try {
      for (const [key, shown] of [
        [0, "0"],
        ["1", "1"],
        [-1, "-1"],
      ] as const) {
        expect(() => list[key]).toThrow(`its elements are no properties; write get(${shown})${also}`);
        expect(() => {
          list[key] = 5;
        }).toThrow(`its elements are no properties; write set(${shown}, value)${also}`);
      }
      list.set(-1, 5);
      expect([list.get(0), list.get(1)]).toEqual([1, 5]);
      if (list instanceof SharedArray) expect(list.typed[1]).toBe(5);
    } finally {
      list[Symbol.dispose]?.();
    }
  });

  it("leaves other properties alone", () => {
    class Named extends SharedArray<"i32"> {
      label = "first";
    }
    const named = new Named("i32", 1);
    Object.assign(named, { note: "second" });
    expect([named.label, (named as { note?: string }).note, (named as { none?: string }).none]).toEqual([
      "first",
      "second",
      undefined,
    ]);
    expect(named).toBeInstanceOf(SharedArray);
  });
});
