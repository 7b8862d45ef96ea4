import { expect, it } from "vitest";
import { exitCodeForValue } from "../../src/process/child/child-exit.ts";

it.each([
  [undefined, 0],
  [null, 0],
  [false, 0],
  [true, 1],
  [0, 0],
  [8, 8],
  [300, 44],
  [-1, 255],
])("exitCodeForValue(%j) is %i", { tags: ["_TestSubclassingProcess.test_sys_exit"] }, (value, code) => {
  expect(exitCodeForValue(value)).toBe(code);
});
