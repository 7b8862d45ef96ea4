import { describe, expect, it } from "vitest";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";

const module = JSON.stringify(new URL("../fixture/pool-job.js", import.meta.url).href);
/** The public name of a count in `stats()` and of a reason in events, for the text of a program. */
const died = JSON.stringify("died");
const head = `
  import { activeChildren, Pool, ProcessPoolExecutor } from "RUNTIME";
  const startMethod = "fork";
  const job = (name) => ({ module: new URL(${module}), name });
  const text = (value) => console.log(typeof value === "string" ? value : JSON.stringify(value));
  const collect = async (results) => { const all = []; for await (const value of results) all.push(value); return all; };
`;

// The contract suite runs in vitest, which cannot be forked. These programs are started by the command `manyhands`.
describe.runIf(canFork)("Pool by fork", () => {
  it("a pool and an executor run every kind of call", async () => {
    const { code, out, err } = await runForkReady(`${head}
      const secrets = new Map([["key", "captured"]]);
      const pool = new Pool({ processes: 2, startMethod, maxTasksPerChild: 50, initializer: (n) => { globalThis.n = n; }, initArgs: [5] });
      text(await pool.apply(() => secrets.get("key") + globalThis.n));
      text((await pool.map((x) => x * x, new Float64Array(3000).fill(2), { chunkSize: 20 })).reduce((sum, x) => sum + x));
      text(await pool.starmap((a, b) => a + b, [[1, 2], [3, 4]]));
      text(await collect(pool.imap((x) => x + 1, [1, 2, 3])));
      text((await collect(pool.imapUnordered((x) => x + 1, [1, 2, 3]))).sort());
      const unread = pool.imap((x) => x, [1, 2, 3], { bufferSize: 1 });
      const looping = pool.apply(job("loop"), [], { timeoutMs: 1 }).catch((error) => error.name);
      pool.close();
      text(await pool.join());
      text([await looping, await collect(unread), pool.stats()[${died}], pool.stats().recycled > 0]);
      const own = new Pool({ processes: 1, startMethod });
      const endless = own.apply(job("loop")).catch((error) => error.code);
      own.terminate();
      await own.join();
      text(await endless);
      const executor = new ProcessPoolExecutor({ maxWorkers: 1, startMethod });
      text([await executor.submit((x) => x + 1, 1), ...(await collect(executor.map((a, b) => a * b, [1, 2], [3, 4])))]);
      const crashed = executor.submit(job("exit"), 3);
      const behind = executor.submit(job("exit"), 3);
      text([await crashed.exception(), await behind.exception()].map(({ code, cause }) => [code, cause.exitCode]));
      await executor.shutdown();
      text(activeChildren());`);
    expect(out).toEqual([
      "captured5",
      "12000",
      "[3,7]",
      "[2,3,4]",
      "[2,3,4]",
      "true",
      '["TimeoutError",[1,2,3],0,true]',
      "ERR_MANYHANDS_CLOSED",
      "[2,3,8]",
      '[["ERR_MANYHANDS_BROKEN_PROCESS_POOL",3],["ERR_MANYHANDS_BROKEN_PROCESS_POOL",3]]',
      "[]",
    ]);
    expect({ code, err: err.replace(/^.*(BrokenProcessPoolError|--trace-warnings).*$/gm, "").trim() }).toEqual({
      code: 0,
      err: "",
    });
  });

  it("a pool replaces a worker when the pending operations that forbid a fork have ended", async () => {
    const { code, out } = await runForkReady(`${head}
      import { execFileSync } from "node:child_process";
      import { openSync, rmSync } from "node:fs";
      import { open } from "node:fs/promises";
      const fifo = process.argv[1] + ".fifo";
      execFileSync("mkfifo", [fifo]);
      const pool = new Pool({ processes: 1, startMethod });
      await pool.apply(() => {});
      const opening = open(fifo); // ends only when the other end is opened
      text(await pool.apply(job("exit"), [3]).catch((error) => error.exitCode));
      const answer = pool.apply(() => "answered");
      await new Promise((resolve) => setImmediate(resolve)); // by then the pool has tried to start a replacement
      text(pool.stats().workers.length);
      openSync(fifo, "w");
      await (await opening).close();
      text(await answer);
      rmSync(fifo);
      await pool.terminate();`);
    expect(out).toEqual(["3", "0", "answered"]);
    expect(code).toBe(0);
  });

  // Forking a whole program is slow, so one program makes each kind of call with each fault, all at once.
  it.each([
    {
      where: "run",
      faults: [
        { fn: "exit", arg: 0, gets: 0, endsWorker: true },
        { fn: "exit", arg: 7, gets: 7, endsWorker: true },
        { fn: "abort", gets: -6, endsWorker: true },
        { fn: "killSelf", gets: -9, endsWorker: true },
        { fn: "uncaughtLater", gets: 1, endsWorker: true },
        { fn: "fail", arg: "no", gets: "RangeError" },
        { fn: "throwValue", arg: "text", gets: "text" },
      ],
    },
    {
      where: "load",
      faults: [
        { fn: "process.exit(4)", gets: 4, endsWorker: true },
        { fn: "process.abort()", gets: -6, endsWorker: true },
        { fn: "throw new EvalError('at import')", gets: "EvalError" },
      ],
    },
    {
      where: "encode",
      faults: [
        { fn: "giveExitGetter", arg: 6, gets: 6, endsWorker: true },
        { fn: "giveKillGetter", gets: -9, endsWorker: true },
        { fn: "giveSymbol", gets: "MaybeEncodingError" },
        { fn: "identity", arg: "a symbol", gets: "CloneError" },
      ],
    },
  ])("each call settles with its own fault in $where, and the pool has all its workers", async ({ faults }) => {
    const { code, out } = await runForkReady(`${head}
      import { subscribe } from "node:diagnostics_channel";
      const exitCodes = [];
      subscribe("manyhands.pool.worker", ({ reason, exitCode }) => reason === ${died} && exitCodes.push(exitCode));
      const pool = new Pool({ processes: 3, startMethod });
      const target = (fn) => (/\\W/.test(fn) ? { module: new URL("data:text/javascript," + fn), name: "fault" } : job(fn));
      const summary = (error) => (error instanceof Error ? error.exitCode ?? error.name : error);
      const calls = {
        apply: (fn, arg) => pool.apply(target(fn), [arg]),
        starmap: (fn, arg) => pool.starmap(target(fn), [[arg]]),
        imapUnordered: async (fn, arg) => pool.imapUnordered(target(fn), [arg]).next(),
      };
      const all = [];
      const neighbours = [];
      for (const { fn, arg } of ${JSON.stringify(faults)}) {
        for (const call of Object.values(calls)) {
          neighbours.push(pool.apply(job("increment"), [neighbours.length]));
          all.push(call(fn, arg === "a symbol" ? Symbol("s") : arg).then(() => "no fault", summary));
        }
      }
      text(await Promise.all(all));
      text((await Promise.all(neighbours)).every((value, i) => value === i + 1));
      text(await pool.map(job("increment"), [1, 2, 3]));
      text(exitCodes.sort());
      const { workers, queued, running } = pool.stats();
      text([workers.filter(({ state }) => state !== "ending").length, queued, running]);
      pool.close();
      await pool.join();
      text(activeChildren());`);
    const endsWorker = faults.filter((fault) => "endsWorker" in fault);
    expect(out.map((line) => JSON.parse(line))).toEqual([
      faults.flatMap(({ gets }) => Array(3).fill(gets)),
      true,
      [2, 3, 4],
      endsWorker.flatMap(({ gets }) => Array(3).fill(gets)).sort(),
      [3, 0, 0],
      [],
    ]);
    expect(code).toBe(0);
  });
});
