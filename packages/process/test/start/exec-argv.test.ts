import { expect, it } from "vitest";
import { inheritedExecArgv } from "../../src/start/child/exec-argv.ts";
import { exitCodeOf, signalOf } from "../../src/start/child/exit-code.ts";
import { signalNumber } from "../../src/start/child/signal-number.ts";

it.each([
  [
    ["--import", "tsx"],
    ["--import", "tsx"],
  ],
  [["-e", "code", "--no-warnings"], ["--no-warnings"]],
  [["--eval", "code", "--input-type=module"], []],
  [["-p", "1"], []],
  [["--inspect"], ["--inspect=0"]],
  [
    ["--inspect-brk=9230", "--conditions=dev"],
    ["--inspect-brk=0", "--conditions=dev"],
  ],
  [["--test", "--watch"], []],
])("inheritedExecArgv(%j) is %j", (given, inherited) => {
  expect(inheritedExecArgv(given)).toEqual(inherited);
});

it("signals and exit codes convert into each other", () => {
  expect(signalNumber("SIGTERM")).toBe(15);
  expect(signalOf(-9)).toBe("SIGKILL");
  expect(signalOf(0)).toBeNull();
  expect(signalOf(9)).toBeNull();
  expect(() => signalNumber("SIGNONE" as never)).toThrow(TypeError);
  expect([300, -1, 7, null].map((code) => exitCodeOf(code, null))).toEqual([44, 255, 7, 1]);
  expect(exitCodeOf(null, "SIGKILL")).toBe(-9);
});
