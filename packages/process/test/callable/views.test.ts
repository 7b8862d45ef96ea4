import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { canFork, runCommand } from "../fixture/run-fork-ready.ts";

const run = promisify(execFile);
const program = fileURLToPath(new URL("../fixture/callable/run-views.js", import.meta.url));

describe.each(["thread", "spawn", "forkserver", "fork"])("views of a large buffer by %s", (startMethod) => {
  it.runIf(canFork || startMethod === "thread" || startMethod === "spawn")(
    "carry the bytes that they cover, and share them",
    async () => {
      const out =
        startMethod === "fork"
          ? (await runCommand(["run", program, startMethod])).out.join("")
          : (await run(process.execPath, [program, startMethod])).stdout;
      // Bytes 0 to 63 of the numbers are covered. The first view's third number is the second view's first.
      const shared = [64, 7, 1];
      expect(JSON.parse(out)).toEqual({
        process: shared,
        apply: shared,
        map: shared,
        submit: shared,
        queue: shared,
        pipe: shared,
        moved: 64,
      });
    },
  );
});
