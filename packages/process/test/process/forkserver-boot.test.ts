import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getAllStartMethods } from "@manyhands/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const runtime = JSON.stringify(import.meta.resolve("@manyhands/process"));

describe.runIf(getAllStartMethods().includes("forkserver"))("start() while the fork server boots", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "manyhands-boot-"));
    // Blocks the server until the program has written a file, and at most for a minute.
    writeFileSync(
      join(folder, "slow.mjs"),
      `import { existsSync } from "node:fs";
      const word = new Int32Array(new SharedArrayBuffer(4));
      for (let i = 0; i < 6000 && !existsSync(process.env.RELEASE); i++) Atomics.wait(word, 0, 0, 10);`,
    );
    writeFileSync(join(folder, "failing.mjs"), `console.error("no licence"); process.exit(9);`);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  let programs = 0;

  /** Runs a program whose fork server imports a module first. */
  async function run(preload: "slow" | "failing", text: string): Promise<{ out: string[]; err: string; code: number }> {
    programs += 1;
    const file = join(folder, `program-${programs}.mjs`);
    writeFileSync(
      file,
      `import { getContext, isMain, Pool, Process, setForkserverPreload } from ${runtime};
      import { writeFileSync } from "node:fs";
      import { inspect } from "node:util";
      export const add = (a, b) => a + b;
      export const pid = () => process.pid;
      export const spin = () => { for (;;); };
      export const put = (queue, value) => queue.putSync(value);
      const release = () => writeFileSync(process.env.RELEASE, "");
      const start = (target, args = [], options = {}) =>
        new Process(target, { args, startMethod: "forkserver", ...options }).start();
      if (isMain(import.meta)) {
        setForkserverPreload([new URL("./${preload}.mjs", import.meta.url)]);
        ${text}
      }`,
    );
    const env = { ...process.env, RELEASE: join(folder, `release-${programs}`) };
    const child = spawn(process.execPath, [file], { env, stdio: ["ignore", "pipe", "pipe"] });
    let [out, err] = ["", ""];
    child.stdout.on("data", (piece) => {
      out += piece;
    });
    child.stderr.on("data", (piece) => {
      err += piece;
    });
    const [code] = await once(child, "close");
    return { out: out.trim().split("\n"), err, code: code as number };
  }

  it("the event loop runs: the timer that ends the import does", async () => {
    const { out, err, code } = await run(
      "slow",
      `const children = [1, 2, 3].map((i) => start(add, [i, 10]));
      const pool = new Pool({ processes: 1, startMethod: "forkserver" });
      const called = pool.apply(add, [4, 10]);
      setTimeout(async () => {
        const [first] = children;
        console.log(first.isAlive, first.state, inspect(first), (await first.info()).pid);
        console.log(pool.stats().workers.map(({ pid }) => pid));
        release();
      }, 1);
      console.log(await Promise.all(children.map((child) => child.result())), await called);
      const last = start(pid);
      console.log(await last.result() === last.pid, await last.join());
      pool.close();
      await pool.join();`,
    );
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(out).toEqual(["true ready Process { Process-1, ready } null", "[ null ]", "[ 11, 12, 13 ] 14", "true 0"]);
  });

  it("reading the pid waits for it", async () => {
    const { out, err } = await run(
      "slow",
      `const child = start(pid);
      const { spawn } = await import("node:child_process");
      spawn("sh", ["-c", "sleep 0.2; touch $RELEASE"]);
      const read = child.pid;
      console.log(read > 0, (await child.result()) === read);`,
    );
    expect({ out, err }).toEqual({ out: ["true true"], err: "" });
  });

  it("terminate() and an abort before the fork end the child", async () => {
    const { out, err } = await run(
      "slow",
      `const terminated = start(spin);
      terminated.terminate();
      const abort = new AbortController();
      const aborted = start(spin, [], { signal: abort.signal });
      abort.abort(new Error("not wanted"));
      const outcome = await aborted.result().catch((error) => error.message);
      setTimeout(release, 1);
      console.log(outcome, await terminated.join(), await aborted.join());`,
    );
    expect({ out, err }).toEqual({ out: ["not wanted -15 -15"], err: "" });
  });

  it("the child runs while the program blocks its event loop", async () => {
    const { out, err } = await run(
      "slow",
      `release();
      const queue = new (getContext("forkserver").SimpleQueue)();
      const child = start(put, [queue, 7]);
      console.log(queue.getSync(), await child.join());`,
    );
    expect({ out, err }).toEqual({ out: ["7 0"], err: "" });
  });

  it("the program ends by process.exit(), and the server with it", async () => {
    const { out, err, code } = await run(
      "slow",
      `start(spin, [], { daemon: true });
      start(spin);
      console.log("started");
      setTimeout(() => { release(); process.exit(3); }, 1);`,
    );
    expect({ out, err, code }).toEqual({ out: ["started"], err: "", code: 3 });
  });

  it("a server that exits while it boots is the child's failure", async () => {
    const { out, err, code } = await run(
      "failing",
      `const child = start(add, [1, 2], { stderr: "pipe" });
      const inherited = start(add, [1, 2]);
      const { pid } = start(add, [1, 2]);
      let read = "";
      for await (const piece of child.stderr) read += piece;
      const describe = (error) => console.log(error.name, error.exitCode, error.message.split("\\n").at(-1).trim());
      await child.result().catch(describe);
      await inherited.result().catch(describe);
      console.log(pid, child.pid, await child.join(), await inherited.join(), read.trim());`,
    );
    const failure = expect.stringMatching(/^WorkerDiedError 9 .*no licence$/);
    expect(out).toEqual([failure, failure, "null null 9 9 no licence"]);
    expect(code).toBe(0);
    expect(err).toMatch(/^(no licence\n)+$/);
  });
});
