import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const program = fileURLToPath(new URL("../fixture/remains.js", import.meta.url));

/** Runs a program to its end. */
function run(name: string, env: NodeJS.ProcessEnv = {}) {
  return new Promise<{ pid: number; code: number | null; signal: string | null; stdout: string }>((resolve) => {
    const child = execFile(process.execPath, [program, name], { env: { ...process.env, ...env } });
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

describe("what is left of shared memory", () => {
  it("is nothing when a program ends", async () => {
    const { pid, code, stdout } = await run("end");
    expect({ code, stdout }).toEqual({ code: 0, stdout: "3\n" });
    expect(filesOf(pid)).toEqual([]);
  });

  it("is swept away by the next program when one was killed", async () => {
    const { pid, signal } = await run("die");
    expect(signal).toBe("SIGKILL");
    await run("end");
    expect(filesOf(pid)).toEqual([]);
  });
});

describe("a wait for shared memory", () => {
  it("keeps the program alive, and no longer than it lasts", async () => {
    expect(await run("await")).toMatchObject({ code: 0, stdout: "false\nfalse\n" });
  });

  it("takes no thread of Node's pool", async () => {
    expect(await run("pool", { UV_THREADPOOL_SIZE: "1" })).toMatchObject({ code: 0, stdout: "read\n6\n" });
  });
});
