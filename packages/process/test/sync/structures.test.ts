import { getContext, Process, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { viewOf } from "../fixture/structures.js";

const module = new URL("../fixture/structures.js", import.meta.url);

describe.each<StartMethodName>(["thread", "spawn"])("values, arrays and structures in memory of %s", (startMethod) => {
  const { Lock, SharedArray, SharedValue } = getContext(startMethod);

  const doubled = async (lock: InstanceType<typeof Lock> | null) => {
    const options = { lock: lock === null ? (false as const) : lock };
    const values = [
      new SharedValue("i32", 7, options),
      new SharedValue("f64", 1 / 3, options),
      new SharedValue("i64", 2n ** 40n, options),
      new SharedValue("u8", 20, options),
    ];
    const array = new SharedArray("f64", [0, 1, 2, 3], options);
    const text = new SharedArray("char", 20, options);
    text.value = Buffer.from("hello");
    const struct = new SharedArray("u8", 16, options);
    viewOf(struct).setInt32(0, 3, true);
    viewOf(struct).setFloat64(8, 4.5, true);
    const args = [values, array, text, struct, lock];
    const child = new Process({ module, name: "doubleAll" }, { startMethod, args }).start();
    expect(await child.join()).toBe(0);
    return [
      values.map(({ value }) => value),
      array.slice(),
      Buffer.from(text.value).toString(),
      [viewOf(struct).getInt32(0, true), viewOf(struct).getFloat64(8, true)],
    ];
  };
  const expected = [[14, 2 / 3, 2n ** 41n, 40], [0, 2, 4, 6], "hellohello", [6, 9]];

  it("a child doubles all of them, and the parent sees it", {
    tags: ["_TestSharedCTypes.test_sharedctypes"],
  }, async () => {
    expect(await doubled(null)).toEqual(expected);
  });

  it("a child doubles all of them under one lock", { tags: ["_TestSharedCTypes.test_synchronize"] }, async () => {
    expect(await doubled(new Lock())).toEqual(expected);
  });

  it("a value and an array made of others are independent copies", { tags: ["_TestSharedCTypes.test_copy"] }, () => {
    const [value, array] = [new SharedValue("f64", 2.5), new SharedArray("i32", [1, 2, 3])];
    const copies = [new SharedValue("f64", value.value), new SharedArray("i32", array)] as const;
    value.value = 0;
    array.set(0, 100);
    expect([copies[0].value, copies[1].slice()]).toEqual([2.5, [1, 2, 3]]);
    copies[1].set(1, 5);
    expect(array.slice()).toEqual([100, 2, 3]);
  });
});
