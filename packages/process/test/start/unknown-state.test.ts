import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const command = fileURLToPath(new URL("../../bin/manyhands.js", import.meta.url));
const program = fileURLToPath(new URL("../fixture/unknown-state.js", import.meta.url));
const isLinux = process.platform === "linux";
const hasPrlimit = isLinux && spawnSync("prlimit", ["--version"]).status === 0;

async function run(...args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [command, "run", program, ...args]);
  return JSON.parse(stdout);
}

describe.runIf(isLinux && process.getuid?.() === 0)("terminate() after this process has changed its user", () => {
  it.each(["spawn", "forkserver", "fork"])("warns, and does not report the end of a %s child", async (startMethod) => {
    expect(await run("otherUser", startMethod)).toEqual({
      warning:
        "Cannot send SIGTERM to process PID: EPERM, it runs as another user; end it before this process changes its user",
      isAlive: true,
      result: "got a word",
      code: 0,
    });
  });
});

it.runIf(hasPrlimit)("a fork server without free descriptors refuses a child, and keeps the others", async () => {
  expect(await run("serverWithoutDescriptors", "forkserver")).toEqual({
    refused: expect.stringContaining("EMFILE"),
    results: ["got one", "got two"],
  });
});
