import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
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

/** The children of the server, as the kernel lists them. */
const ofServer = (pid: number) => read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);

/** A process's sockets, but those for what it prints. */
function sockets(pid: number): string[] {
  const own = readdirSync(`/proc/${pid}/fd`).filter((fd) => Number(fd) > 2);
  return own.map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`)).filter((link) => link.startsWith("socket:"));
}

/** The child that the server has forked ahead, as soon as it has and no other is left. */
async function forkedAhead(): Promise<number> {
  for (;;) {
    const [only, ...others] = ofServer(server());
    if (only !== undefined && others.length === 0) return only;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
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

  it("that is killed is replaced by the next start, though nobody was told of its end yet", {
    tags: ["_TestProcess.test_forkserver_sigkill"],
  }, async () => {
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
    await forkedAhead();
    const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;
    const [opened, mine] = [descriptors(), readdirSync("/proc/self/fd").length];
    for (let round = 0; round < 60 / kinds.length; round++) {
      const children = kinds.map(([name, args]) => start(name, ...args));
      expect(await Promise.all(children.map((child) => child.join()))).toEqual(kinds.map(([, , code]) => code));
    }
    expect(server()).toBe(pid);
    await forkedAhead();
    expect(descriptors()).toBe(opened);
    expect(readdirSync("/proc/self/fd").length).toBe(mine);
  });

  it("is not for a Ctrl-C to end, which goes to the program and its children", {
    tags: ["_TestProcess.test_forkserver_sigint"],
  }, async () => {
    const pid = server();
    process.kill(pid, "SIGINT");
    expect(await start("add", 3, 4).result()).toBe(7);
    expect(server()).toBe(pid);
  });

  it("gives every child random numbers of its own", async () => {
    const draws = (await Promise.all([1, 2, 3, 4].map(() => start("draw").result()))) as unknown[][];
    for (const kind of [0, 1, 2]) expect(new Set(draws.map((draw) => draw[kind])).size).toBe(4);
  });

  it("hands none of its descriptors down, neither to a child that it forks ahead nor to another", async () => {
    const living = start("forEver");
    while (ofServer(server()).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const ahead = ofServer(server()).find((pid) => pid !== living.pid);
    const ofTheServer = sockets(server());
    const children = [start("descriptors"), start("descriptors")];
    expect(children[0]?.pid).toBe(ahead);
    for (const child of children) {
      const inside = (await child.result()) as string[];
      expect(inside.filter((link) => ofTheServer.includes(link) || link.includes("pidfd"))).toEqual([]);
    }
    await living[Symbol.asyncDispose]();
  });

  it("forks children whose Workers end by themselves, whatever work V8 gave to threads that stayed behind", async () => {
    for (let i = 0; i < 3; i++) expect(await start("withWorker").result()).toEqual([1e6, 0]);
  });

  it("forks a child ahead, which the next start takes, and no other", async () => {
    const ahead = await forkedAhead();
    const children = [start("add", 1, 2), start("add", 3, 4), start("leave", 7)];
    expect(children.filter((child) => child.pid === ahead)).toEqual([children[0]]);
    expect(await children[0]?.result()).toBe(3);
    expect(await children[1]?.result()).toBe(7);
    expect(await children[2]?.join()).toBe(7);
    expect(await forkedAhead()).not.toBe(ahead);
  });

  it("gives those that it forks ahead random numbers of their own too, and a pid", async () => {
    const draws: unknown[][] = [];
    for (let i = 0; i < 3; i++) {
      await forkedAhead();
      const children = [start("draw"), start("draw")];
      draws.push(...((await Promise.all(children.map((child) => child.result()))) as unknown[][]));
      expect(draws.slice(-2).map((draw) => draw[3])).toEqual(children.map((child) => child.pid));
    }
    for (const kind of [0, 1, 2]) expect(new Set(draws.map((draw) => draw[kind])).size).toBe(6);
  });

  it("forks another where somebody killed the one that it had forked ahead, at any moment", async () => {
    for (const isGone of [true, false]) {
      const ahead = await forkedAhead();
      process.kill(ahead, "SIGKILL");
      if (isGone) await gone(ahead);
      const child = start("add", 4, 5);
      expect(child.pid).not.toBe(ahead);
      expect(await child.result()).toBe(9);
    }
  });

  it("forks children ahead that no Ctrl-C ends before they are somebody's, and then at once", async () => {
    const ahead = await forkedAhead();
    process.kill(ahead, "SIGINT");
    const child = start("spin");
    expect(child.pid).toBe(ahead);
    process.kill(ahead, "SIGINT");
    expect(await child.join()).toBe(-2);
  });

  it("takes the child that it forked ahead along when it dies, or the program does", async () => {
    const [old, ahead] = [server(), await forkedAhead()];
    process.kill(old, "SIGKILL");
    await Promise.all([gone(old), gone(ahead)]);
    await start("nothing").join();

    const program = `
      import { Process } from ${JSON.stringify(import.meta.resolve("@manyhands/process"))};
      await new Process({ module: ${JSON.stringify(job.href)}, name: "nothing" }, { startMethod: "forkserver" }).start().join();
      console.log(process.pid);
      setInterval(() => {}, 1000);`;
    const main = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(main.stdout, "data");
    const theirServer = ofServer(main.pid as number)[0] as number;
    let theirAhead: number | undefined;
    while (theirAhead === undefined) {
      [theirAhead] = ofServer(theirServer);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    main.kill("SIGKILL");
    await once(main, "exit");
    await Promise.all([gone(theirServer), gone(theirAhead)]);
  });

  it("that has no descriptors left says so, and so does spawn; with descriptors again all is well", async () => {
    const program = `
      import { closeSync, openSync } from "node:fs";
      import { getAllStartMethods, Process } from ${JSON.stringify(import.meta.resolve("@manyhands/process"))};
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
      getAllStartMethods();
      await start("spawn").join();
      for (const startMethod of ["forkserver", "spawn"]) {
        const seen = [];
        for (const left of [0, 1, 2, 3]) seen.push(await answers(startMethod, left));
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
