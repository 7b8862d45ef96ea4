import { execFile } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";
import { getAllStartMethods, Process, WorkerDiedError } from "@manyhands/process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { childPids, expectNothingLeft, gone } from "./nothing-left.ts";

const job = new URL("../fixture/forked.js", import.meta.url);
const start = (name: string, ...args: unknown[]) =>
  new Process({ module: job, name }, { args, startMethod: "forkserver", stderr: "pipe" }).start();

/** The pid of this program's fork server. The kernel's list of children may leave some out while others come and go. */
function server(): number {
  for (const deadline = Date.now() + 2000; Date.now() < deadline; ) {
    const found = childPids().find((pid) => /entry\/forkserver\.js/.test(read(`/proc/${pid}/cmdline`)));
    if (found !== undefined) return found;
  }
  throw new Error("there is no fork server");
}

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}

describe.runIf(getAllStartMethods().includes("forkserver"))("a fork server", () => {
  let before: number[] = [];
  beforeEach(async () => {
    await start("nothing").join();
    before = childPids();
  });
  afterEach(async () => {
    // A test that killed the server has another one now.
    await expectNothingLeft([...before, server()]);
  });

  it("that is killed takes its children along, and each of them is told of, with 255", async () => {
    const children = [start("forEver"), start("spin"), start("forEver")];
    process.kill(server(), "SIGKILL");
    expect(await Promise.all(children.map((child) => child.join()))).toEqual([255, 255, 255]);
    await Promise.all(children.map((child) => gone(child.pid as number)));
    await expect(children[0]?.result()).rejects.toThrow(WorkerDiedError);
    await expect(children[0]?.result()).rejects.toThrow(/fork server died/);
    expect(await start("add", 1, 2).result()).toBe(3);
  });

  it("that is killed is replaced by the next start, though nobody was told of its end yet [_TestProcess.test_forkserver_sigkill]", async () => {
    const old = server();
    process.kill(old, "SIGKILL");
    while (/^State:\s+[RSD]/m.test(read(`/proc/${old}/status`)));
    expect(await start("add", 2, 3).result()).toBe(5);
    expect(server()).not.toBe(old);
  });

  it("that is killed between the birth of a child and its first message loses nothing but that child", async () => {
    for (let i = 0; i < 3; i++) {
      const child = start("add", 1, i);
      process.kill(server(), "SIGKILL");
      // It may have been quick enough to answer.
      const outcome = await child.result().catch((error) => error);
      if (outcome !== 1 + i) expect(outcome).toBeInstanceOf(WorkerDiedError);
      await child.join();
      expect(await start("add", 1, i).result()).toBe(1 + i);
    }
  });

  it("keeps neither descriptors nor zombies, and tells the end of each of 60 children of every kind", async () => {
    const kinds = [
      ["add", [1, 2], 0],
      ["leave", [7], 7],
      ["fail", [], 1],
      ["die", ["SIGKILL"], -9],
      ["die", ["SIGTERM"], -15],
      ["work", [], 0],
    ] as const;
    const pid = server();
    const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;
    const [opened, mine] = [descriptors(), readdirSync("/proc/self/fd").length];
    for (let round = 0; round < 60 / kinds.length; round++) {
      const children = kinds.map(([name, args]) => start(name, ...args));
      expect(await Promise.all(children.map((child) => child.join()))).toEqual(kinds.map(([, , code]) => code));
    }
    expect(server()).toBe(pid);
    expect(descriptors()).toBe(opened);
    expect(readdirSync("/proc/self/fd").length).toBe(mine);
    expect(read(`/proc/${pid}/task/${pid}/children`).trim()).toBe("");
  });

  it("is not for a Ctrl-C to end, which goes to the program and its children [_TestProcess.test_forkserver_sigint]", async () => {
    const pid = server();
    process.kill(pid, "SIGINT");
    expect(await start("add", 3, 4).result()).toBe(7);
    expect(server()).toBe(pid);
  });

  it("gives every child random numbers of its own", async () => {
    const draws = (await Promise.all([1, 2, 3, 4].map(() => start("draw").result()))) as unknown[][];
    for (const kind of [0, 1, 2]) expect(new Set(draws.map((draw) => draw[kind])).size).toBe(4);
  });

  it("hands none of its descriptors down", async () => {
    const inside = (await start("descriptors").result()) as string[];
    expect(inside.filter((link) => link.startsWith("socket:"))).not.toContain(readlinkSync(`/proc/${server()}/fd/3`));
    expect(inside.filter((link) => link.includes("pidfd"))).toEqual([]);
  });

  it("that has no descriptors left says so, and so does spawn; with descriptors again all is well", async () => {
    const program = `
      import { closeSync, openSync } from "node:fs";
      import { Process } from ${JSON.stringify(import.meta.resolve("@manyhands/process"))};
      const start = (startMethod) => new Process({ module: ${JSON.stringify(job.href)}, name: "add" }, { args: [1, 2], startMethod }).start();
      const answers = async (startMethod, left) => {
        const taken = [];
        try { for (;;) taken.push(openSync("/dev/null")); } catch {}
        for (let i = 0; i < left; i++) closeSync(taken.pop());
        const answer = start(startMethod).result().catch((error) => error.name + " " + error.cause.code);
        for (const fd of taken) closeSync(fd);
        return answer;
      };
      // Loads koffi, and has a look at what is shared, which both need descriptors for.
      await start("spawn").join();
      for (const startMethod of ["forkserver", "spawn"]) {
        const seen = [];
        for (const left of [1, 2, 3]) seen.push(await answers(startMethod, left));
        console.log(startMethod, [...new Set(seen)].join(), await start(startMethod).result());
        console.log(startMethod, await answers(startMethod, 1));
      }`;
    const limited = [
      "-c",
      'ulimit -n 64 && exec "$0" "$@"',
      process.execPath,
      "--input-type=module",
      "--eval",
      program,
    ];
    const { stdout } = await promisify(execFile)("sh", limited, { timeout: 20_000 });
    expect(stdout.trim().split("\n")).toEqual([
      "forkserver WorkerDiedError EMFILE 3",
      "forkserver WorkerDiedError EMFILE",
      "spawn WorkerDiedError EMFILE 3",
      "spawn WorkerDiedError EMFILE",
    ]);
  });
});
