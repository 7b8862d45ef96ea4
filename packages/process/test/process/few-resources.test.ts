import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { allMethods } from "../fixture/run-program.ts";

const program = fileURLToPath(new URL("../fixture/many-starts.js", import.meta.url));
const command = fileURLToPath(new URL("../../bin/manyhands.js", import.meta.url));

// The limit on processes counts all threads of a user, and does not bind root: a user without other processes.
const uid = String(60_000 + (process.pid % 5000));
const ordinaryUser = ["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups", "env", "HOME=/tmp"];
const limited = (limit: string) => ["prlimit", limit, ...ordinaryUser];
const tried = [...limited("--nproc=100"), process.execPath, command, "--help"];
const canLimit = spawnSync(tried[0] as string, tried.slice(1)).status === 0;

const withoutProc = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs tmpfs /proc && exec "$@"', "sh"];
const canHideProc = spawnSync(withoutProc[0] as string, [...withoutProc.slice(1), "true"]).status === 0;

interface Seen {
  readonly ended: readonly string[];
  readonly codes: boolean;
  readonly values: unknown;
}

function run(startMethod: StartMethodName, before: readonly string[]): Promise<Seen> {
  const args = startMethod === "fork" ? [command, "run", program] : [program];
  const [file = "", ...rest] = [...before, process.execPath, ...args, startMethod];
  return new Promise((resolve, reject) => {
    execFile(file, rest, { timeout: 150_000, killSignal: "SIGKILL" }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
    });
  });
}

/** The system's error, as Node, its Workers or its native code report it. */
const ofTheSystem =
  /\b(EMFILE|EAGAIN|ERR_WORKER_INIT_FAILED|uv_thread_create|Resource temporarily unavailable|ulimit -u)\b|Assertion|Check failed/;

describe.runIf(canLimit).each(allMethods)("60 starts at once on %s", (startMethod) => {
  it.each(["--nofile=64", "--nproc=40"])("all settle under %s, and a pool works afterwards", async (limit) => {
    const { ended, codes, values } = await run(startMethod, limited(limit));
    expect(ended).toHaveLength(60);
    // Each process has ten threads. When 60 boot at once on 40 threads, all of them may fail.
    if (limit !== "--nproc=40" || startMethod === "thread") expect(ended).toContain("ok");
    // These wait until other children have given their descriptors back.
    if (startMethod === "forkserver" && limit === "--nofile=64") expect(ended).toEqual(Array(60).fill("ok"));
    expect(ended.filter((text) => text !== "ok" && !ofTheSystem.test(text))).toEqual([]);
    expect({ codes, values }).toEqual({ codes: true, values: [2, 4, 6] });
  });
});

it.runIf(allMethods.includes("forkserver"))(
  "a start that waits for descriptors is used and ended as any other",
  async () => {
    const program = fileURLToPath(new URL("../fixture/waiting-starts.js", import.meta.url));
    const out = await new Promise<string>((resolve) => {
      execFile("sh", ["-c", 'ulimit -n 64; exec "$@"', "sh", process.execPath, program], (_, stdout, stderr) =>
        resolve(stdout + stderr),
      );
    });
    expect(out.trim().split("\n")).toEqual([
      'waiting [null,"ready",true]',
      "terminated -15",
      "pid true",
      "joined 2",
      "moved 0",
      "arrived 39",
      "aborted [-15]",
    ]);
  },
);

describe.runIf(canHideProc)("60 starts at once without /proc (needs the right to mount)", () => {
  it.each(["thread", "spawn"] as const)("all return on %s, and a pool works", async (method) => {
    const { ended, codes, values } = await run(method, withoutProc);
    expect(ended).toEqual(Array(60).fill("ok"));
    expect({ codes, values }).toEqual({ codes: true, values: [2, 4, 6] });
  });

  it("are refused by forkserver and fork, with the reason", async () => {
    const reason = /a real fork of Node needs \/proc, which is missing here; mount it/;
    const { ended, values } = await run("forkserver", withoutProc);
    expect([...ended, values]).toEqual(Array(61).fill(expect.stringMatching(reason)));
    await expect(run("fork", withoutProc)).rejects.toThrow(reason);
  });
});
