import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { canFork, runCommand } from "../fixture/run-fork-ready.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../fixture/callable/run-initializers.js", import.meta.url));

describe.each(["thread", "spawn", "forkserver", "fork"])("functions in one child by %s", (startMethod) => {
  it.runIf(canFork || startMethod === "thread" || startMethod === "spawn")(
    "share the variables that they captured of one scope",
    async () => {
      const { out, err } =
        startMethod === "fork"
          ? await runCommand(["run", program, startMethod])
          : await run(process.execPath, [program, startMethod]).then(({ stdout, stderr }) => ({
              out: [stdout],
              err: stderr,
            }));
      expect(JSON.parse(out.join(""))).toEqual({
        map: [10, 20, 30],
        "field of an object": [2, 3, 4],
        "function in a variable": [10, 20, 30],
        list: 1,
        "the parent's later value": [10, 20, 30],
        "a variable that no child assigns": [1, 2],
        "an object that no child changes": [1, 2],
        "within a function": [
          [20, 40],
          [200, 400],
        ],
        submit: 40,
        "counters of two calls": [1, 1, 1],
        "target and argument": [3, 20, 20],
      });
      // An initializer may assign; this one is used in no other way.
      expect(err).not.toMatch(/"set" assigns/);
    },
  );
});
