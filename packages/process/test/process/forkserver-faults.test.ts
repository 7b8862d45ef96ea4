import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { promisify } from "node:util";
import { getAllStartMethods, getContext, Process, WorkerDiedError } from "@manyhands/process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { childPids, expectNothingLeft, waitForExit } from "./nothing-left.ts";

const job = new URL("../fixture/forked.js", import.meta.url);
const start = (name: string, ...args: unknown[]) =>
  new Process({ module: job, name }, { args, startMethod: "forkserver", stderr: "pipe" }).start();

/**
 * The pid of this program's fork server. Repeated: the kernel's list of children may miss some while others start and
 * end.
 */
function server(): number {
  for (const deadline = Date.now() + 100_000; Date.now() < deadline; ) {
    const found = childPids().find((pid) => /entry\/forkserver\.js/.test(read(`/proc/${pid}/cmdline`)));
    if (found !== undefined) return found;
  }
  throw new Error("there is no fork server");
}

/** The pids of the server's children. */
const ofServer = (pid: number) => read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);

/** A process's sockets, without its stdio. */
function sockets(pid: number): string[] {
  const own = readdirSync(`/proc/${pid}/fd`).filter((fd) => Number(fd) > 2);
  return own.map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`)).filter((link) => link.startsWith("socket:"));
}

/** Waits until the server's only child is the prepared one; its pid. */
async function preparedChild(): Promise<number> {
  for (;;) {
    const [only, ...others] = ofServer(server());
    if (only !== undefined && others.length === 0) return only;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** How many threads a process has; 0 when it has ended and was reaped. */
function tasks(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
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

  it("children after the first have the code of queues from their server", async () => {
    expect(await start("loadedFiles").result()).toContain("msgpackr.cjs");
  });

  it("the queues and locks that the server has used are not in its children", async () => {
    expect(await start("ownQueues").result()).toEqual({ queuedItems: null, name: "Queue-1" });
    expect(read(`/proc/${server()}/maps`)).not.toContain("manyhands-segment");
  });

  it("killing the server ends its children, each with 255", async () => {
    const children = [start("forEver"), start("spin"), start("forEver")];
    // A child that has not read its start message would be started again by another server.
    for (const child of children) await expect.poll(() => child.state).not.toBe("ready");
    process.kill(server(), "SIGKILL");
    expect(await Promise.all(children.map((child) => child.join()))).toEqual([255, 255, 255]);
    await Promise.all(children.map((child) => waitForExit(child.pid as number)));
    await expect(children[0]?.result()).rejects.toThrow(WorkerDiedError);
    await expect(children[0]?.result()).rejects.toThrow(/fork server exited/);
    expect(await start("add", 1, 2).result()).toBe(3);
  });

  it("start() replaces a killed server before the event loop sees its end", {
    tags: ["_TestProcess.test_forkserver_sigkill"],
  }, async () => {
    const old = server();
    // The child that it forks in advance has its sockets at first.
    while (sockets(await preparedChild()).length > 1);
    process.kill(old, "SIGKILL");
    // Its sockets are open until the last of its threads has ended.
    while (/^State:\s+[RSD]/m.test(read(`/proc/${old}/status`)) || tasks(old) > 1);
    expect(await start("add", 2, 3).result()).toBe(5);
    expect(server()).not.toBe(old);
  });

  it("start() works when the server is killed in the same turn", async () => {
    for (let i = 0; i < 5; i++) {
      process.kill(server(), "SIGKILL");
      expect(await start("add", 1, i).result()).toBe(1 + i);
    }
  });

  it("start() works when the server is killed before it reads the requests, and all get one new server", async () => {
    const old = server();
    process.kill(old, "SIGSTOP");
    const children = [1, 2, 3].map((i) => start("add", 10, i));
    // By now the start messages are sent: the server may have forked, as far as its program knows.
    process.kill(old, "SIGKILL");
    expect(await Promise.all(children.map((child) => child.result()))).toEqual([11, 12, 13]);
    expect(await Promise.all(children.map((child) => child.join()))).toEqual([0, 0, 0]);
    expect(childPids().filter((pid) => /entry\/forkserver\.js/.test(read(`/proc/${pid}/cmdline`)))).toEqual([server()]);
  });

  it("start() works when the server is killed before it reads a start message that the channel does not hold", async () => {
    const sizes = [2 ** 17, 2 ** 20, 2 ** 25];
    const old = server();
    process.kill(old, "SIGSTOP");
    const children = sizes.map((size) => start("byteLengthOf", Buffer.alloc(size, "x")));
    process.kill(old, "SIGKILL");
    expect(await Promise.all(children.map((child) => child.result()))).toEqual(sizes);
  });

  it.each([0, 2 ** 20])(
    "a target runs once at most, whenever its server is killed: start message + %i bytes",
    async (size) => {
      const value = new (getContext("forkserver").SharedValue)("i32", 0);
      for (let i = 0; i < 15; i++) {
        const before = value.value;
        const child = start("addTo", value, Buffer.alloc(size));
        if (i % 2 === 1) await new Promise((resolve) => setTimeout(resolve, i / 2));
        process.kill(server(), "SIGKILL");
        const outcome = await child.result().catch((error) => error);
        await child.join();
        if (!(outcome instanceof WorkerDiedError)) expect(value.value - before).toBe(1);
        expect(value.value - before).toBeLessThanOrEqual(1);
      }
      await start("nothing").join();
    },
  );

  it("killing the server before a child's first message affects only that child", async () => {
    for (let i = 0; i < 3; i++) {
      const child = start("add", 1, i);
      process.kill(server(), "SIGKILL");
      // The child may have answered before the kill.
      const outcome = await child.result().catch((error) => error);
      if (outcome !== 1 + i) expect(outcome).toBeInstanceOf(WorkerDiedError);
      await child.join();
      expect(await start("add", 1, i).result()).toBe(1 + i);
    }
  });

  it("the server reports the exit of each of 60 children, and keeps no descriptors or zombies", async () => {
    const kinds = [
      ["add", [1, 2], 0],
      ["leave", [7], 7],
      ["fail", [], 1],
      ["die", ["SIGKILL"], -9],
      ["die", ["SIGTERM"], -15],
      ["work", [], 0],
    ] as const;
    const pid = server();
    await preparedChild();
    const descriptors = () => readdirSync(`/proc/${pid}/fd`).length;
    const [opened, mine] = [descriptors(), readdirSync("/proc/self/fd").length];
    for (let round = 0; round < 60 / kinds.length; round++) {
      const children = kinds.map(([name, args]) => start(name, ...args));
      expect(await Promise.all(children.map((child) => child.join()))).toEqual(kinds.map(([, , code]) => code));
    }
    expect(server()).toBe(pid);
    await preparedChild();
    // The server may just be replacing its spare child.
    await expect.poll(descriptors).toBe(opened);
    await expect.poll(() => readdirSync("/proc/self/fd").length).toBe(mine);
  });

  it("the server ignores SIGINT", {
    tags: ["_TestProcess.test_forkserver_sigint"],
  }, async () => {
    const pid = server();
    process.kill(pid, "SIGINT");
    expect(await start("add", 3, 4).result()).toBe(7);
    expect(server()).toBe(pid);
  });

  it("every child has random numbers of its own", async () => {
    const draws = (await Promise.all([1, 2, 3, 4].map(() => start("draw").result()))) as unknown[][];
    for (const kind of [0, 1, 2]) expect(new Set(draws.map((draw) => draw[kind])).size).toBe(4);
  });

  it("children inherit none of the server's descriptors, prepared or not", async () => {
    const living = start("forEver");
    while (ofServer(server()).length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const prepared = ofServer(server()).find((pid) => pid !== living.pid);
    const ofTheServer = sockets(server());
    const children = [start("descriptors"), start("descriptors")];
    expect(children[0]?.pid).toBe(prepared);
    for (const child of children) {
      const inside = (await child.result()) as string[];
      expect(inside.filter((link) => ofTheServer.includes(link) || link.includes("pidfd"))).toEqual([]);
    }
    await living[Symbol.asyncDispose]();
  });

  it("Workers of a forked child exit, although V8's threads exist only in the server", async () => {
    for (let i = 0; i < 3; i++) expect(await start("withWorker").result()).toEqual([1e6, 0]);
  });

  it("the next start takes the prepared child, and later starts do not", async () => {
    const prepared = await preparedChild();
    const children = [start("add", 1, 2), start("add", 3, 4), start("leave", 7)];
    expect(children.filter((child) => child.pid === prepared)).toEqual([children[0]]);
    expect(await children[0]?.result()).toBe(3);
    expect(await children[1]?.result()).toBe(7);
    expect(await children[2]?.join()).toBe(7);
    expect(await preparedChild()).not.toBe(prepared);
  });

  it("prepared children have random numbers and a process.pid of their own", async () => {
    const draws: unknown[][] = [];
    for (let i = 0; i < 3; i++) {
      await preparedChild();
      const children = [start("draw"), start("draw")];
      draws.push(...((await Promise.all(children.map((child) => child.result()))) as unknown[][]));
      expect(draws.slice(-2).map((draw) => draw[3])).toEqual(children.map((child) => child.pid));
    }
    for (const kind of [0, 1, 2]) expect(new Set(draws.map((draw) => draw[kind])).size).toBe(6);
  });

  it("start() forks another child when the prepared one was killed", async () => {
    for (const isGone of [true, false]) {
      const prepared = await preparedChild();
      process.kill(prepared, "SIGKILL");
      if (isGone) await waitForExit(prepared);
      const child = start("add", 4, 5);
      expect(child.pid).not.toBe(prepared);
      expect(await child.result()).toBe(9);
    }
  });

  it("a prepared child ignores SIGINT until it is started, and ends by it afterwards", async () => {
    const prepared = await preparedChild();
    process.kill(prepared, "SIGINT");
    const child = start("forEver");
    expect(child.pid).toBe(prepared);
    process.kill(prepared, "SIGINT");
    // 1 when its target runs already: SIGINT is an error there.
    expect([-2, 1]).toContain(await child.join());
  });

  it("the prepared child ends when the server or the program is killed", async () => {
    const [old, prepared] = [server(), await preparedChild()];
    process.kill(old, "SIGKILL");
    await Promise.all([waitForExit(old), waitForExit(prepared)]);
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
    let theirPrepared: number | undefined;
    while (theirPrepared === undefined) {
      [theirPrepared] = ofServer(theirServer);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    main.kill("SIGKILL");
    await once(main, "exit");
    await Promise.all([waitForExit(theirServer), waitForExit(theirPrepared)]);
  });

  it("start() without free descriptors reports EMFILE, and works again with free ones (spawn too)", async () => {
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
      // Loads koffi and checks the shared memory: both need descriptors.
      getAllStartMethods();
      await start("spawn").join();
      for (const startMethod of ["forkserver", "spawn"]) {
        const seen = [];
        for (const left of [0, 1, 2, 3]) seen.push(await answers(startMethod, left));
        const last = start(startMethod);
        console.log(startMethod, [...new Set(seen)].join(), await last.result());
        // Otherwise the next start waits for the descriptors of this child.
        await last.join();
        await new Promise(setImmediate);
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
    const { stdout } = await promisify(execFile)("sh", limited, { timeout: 100_000 });
    expect(stdout.trim().split("\n")).toEqual([
      "forkserver WorkerDiedError EMFILE 3",
      "forkserver WorkerDiedError EMFILE",
      "spawn WorkerDiedError EMFILE 3",
      "spawn WorkerDiedError EMFILE",
    ]);
  });
});
