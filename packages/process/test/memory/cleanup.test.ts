import { execFile, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../fixture/memory-cleanup.js", import.meta.url));

/** Runs a program to its end. */
function run(name: string, env: NodeJS.ProcessEnv = {}, before: readonly string[] = []) {
  return new Promise<{ pid: number; code: number | null; signal: string | null; stdout: string }>((resolve) => {
    const [command = "", ...args] = [...before, process.execPath, program, name];
    const child = execFile(command, args, { env: { ...process.env, ...env } });
    let stdout = "";
    child.stdout?.on("data", (piece) => {
      stdout += piece;
    });
    child.on("close", (code, signal) => resolve({ pid: child.pid ?? 0, code, signal, stdout }));
  });
}

const filesOf = (pid: number) =>
  existsSync("/dev/shm")
    ? readdirSync("/dev/shm").filter((name) => name.startsWith("manyhands-") && name.includes(`-${pid}-`))
    : [];

describe("files of shared memory", () => {
  it("a program removes its files when it ends", async () => {
    const { pid, code, stdout } = await run("end");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "3\n" });
    expect(filesOf(pid)).toEqual([]);
  });

  it("the next program removes the files of a killed program", {
    tags: ["TestResourceTracker.test_resource_tracker"],
  }, async () => {
    const { pid, signal } = await run("kill");
    expect(signal).toBe("SIGKILL");
    await run("end");
    expect(filesOf(pid)).toEqual([]);
  });
});

// Runs a program in a mount namespace of its own, where `/dev/shm` has 4 MiB.
const small = ["unshare", "-rm", "sh", "-c", 'mount -t tmpfs -o size=4m tmpfs /dev/shm && exec "$@"', "sh"];
const canMount = spawnSync(small[0] as string, [...small.slice(1), "true"]).status === 0;

describe.runIf(canMount)("full shared memory", () => {
  it("constructors and sends throw a RangeError, and succeed when there is space again", async () => {
    const { code, signal, stdout } = await run("full", {}, small);
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    const no = "RangeError: no space";
    const after = [300_000, 120_000];
    expect(JSON.parse(stdout)).toEqual({ array: no, long: no, longer: no, sent: no, left: 0, after });
  });
});

describe("a wait for shared memory", () => {
  it("keeps the program alive until it ends", async () => {
    expect(await run("await")).toMatchObject({ code: 0, stdout: "false\nfalse\n" });
  });

  it("uses no thread of Node's pool", async () => {
    expect(await run("pool", { UV_THREADPOOL_SIZE: "1" })).toMatchObject({ code: 0, stdout: "read\n6\n" });
  });
});
