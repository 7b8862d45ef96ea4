import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuCount, Pool, type PoolOptions, ProcessPoolExecutor, SharedEvent } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { allMethods } from "../fixture/run-program.ts";
import { runPoolProgram } from "./run-pool-program.ts";

it.each([
  [{ minProcesses: -1 }, "minProcesses is -1, write a whole number ≥ 0"],
  [{ processes: 2, minProcesses: 3 }, "minProcesses is 3 and processes is 2, write a minProcesses ≤ processes"],
  [{ minProcesses: 500 }, `minProcesses is 500 and processes is ${cpuCount()} by default`],
  [{ idleTimeoutMs: -1 }, "idleTimeoutMs is -1, write milliseconds, ≥ 0"],
  [{ idleTimeoutMs: "1s" }, "idleTimeoutMs is 1s, write milliseconds, ≥ 0"],
  [
    { processes: 2, minProcesses: 2, idleTimeoutMs: 5 },
    "idleTimeoutMs ends no worker, since minProcesses and processes",
  ],
])("a Pool refuses %o", (options, message) => {
  expect(() => new Pool(options as PoolOptions)).toThrow(`Cannot make a Pool: ${message}`);
});

it("an executor refuses more minWorkers than maxWorkers, and a pool's names for them", () => {
  expect(() => new ProcessPoolExecutor({ maxWorkers: 1, minWorkers: 2 })).toThrow(
    "Cannot make a ProcessPoolExecutor: minWorkers is 2 and maxWorkers is 1, write a minWorkers ≤ maxWorkers",
  );
  expect(() => new ProcessPoolExecutor({ minProcesses: 1 } as never)).toThrow('there is no option "minProcesses"');
});

it("resize() refuses sizes that the pool cannot have", () => {
  const pool = new Pool({ processes: 4, minProcesses: 2 });
  for (const size of [0, 1.5, "3" as never]) expect(() => pool.resize(size)).toThrow("write a whole number ≥ 1");
  expect(() => pool.resize(undefined as never)).toThrow(TypeError);
  expect(() => pool.resize(1)).toThrow("processes is 1 and minProcesses is 2, write at least that");
  pool.resize(2);
  expect(() => pool.resize(1)).toThrow("processes is 1 and minProcesses is 2, write at least that");
  pool.resize(3);
  expect(pool.stats()).toMatchObject({ minSize: 2, size: 3 });
  pool.terminate();
  expect(() => pool.resize(3)).toThrow("it was terminated");
});

it("limits of time that are longer than any timer are no limits", async () => {
  const pool = new Pool({ processes: 1, idleTimeoutMs: 1e12, graceMs: Number.POSITIVE_INFINITY });
  const [began, end] = [new SharedEvent(), new SharedEvent()];
  const stubborn = async (began: SharedEvent, end: SharedEvent) => {
    began.set();
    await end.wait();
  };
  const abort = new AbortController();
  const how: string[] = [];
  const call = pool.apply(stubborn, [began, end], { signal: abort.signal, onCancel: (end) => how.push(end) });
  await began.wait();
  abort.abort();
  // Longer than the time after which a worker would be ended by a timer that fires at once.
  await sleep(50);
  end.set();
  await expect(call).rejects.toBe(abort.signal.reason);
  expect([how, pool.stats().workers.length]).toEqual([["stopped"], 1]);
  pool.close();
  expect(await pool.join()).toBe(true);
});

describe.each(allMethods)("the size of a Pool by %s", (method) => {
  const run = (text: string) => runPoolProgram(method, text);

  it("a pool with minProcesses starts workers when calls wait, and ends those that are idle", async () => {
    const lines = await run(`
      const pool = new api.Pool({ processes: 3, minProcesses: 1, idleTimeoutMs: 20 });
      const names = () => pool.stats().workers.map(({ name }) => name);
      print([names().length, pool.stats().size, pool.stats().minSize]);
      const held = [1, 2, 3, 4].map(() => hold(pool));
      await until(() => pool.stats().running === 3);
      print([names().length, pool.stats().queued]);
      release();
      await Promise.all(held);
      await until(() => names().length === 1);
      print([await pool.apply(job("square"), [3]), pool.stats().recycled, pool.stats()["d" + "ied"]]);
      await end(pool);`);
    expect(lines).toEqual([
      [1, 3, 1],
      [3, 1],
      [9, 0, 0],
    ]);
  });

  it("a pool with idleTimeoutMs, and an executor, have no workers while there are no calls", async () => {
    const lines = await run(`
      const pool = new api.Pool({ processes: 2, idleTimeoutMs: 0 });
      const executor = new api.ProcessPoolExecutor({ maxWorkers: 2, idleTimeoutMs: 10 });
      const count = () => pool.stats().workers.length + executor.stats().workers.length;
      print(count());
      for (const n of [1, 2]) {
        print([await pool.apply(job("square"), [n]), await executor.submit(job("square"), n + 2)]);
        await until(() => count() === 0);
      }
      await end(pool);
      await executor.shutdown();`);
    expect(lines).toEqual([0, [1, 9], [4, 16]]);
  });

  it("resize() starts workers, and ends workers when they have finished their tasks", async () => {
    const lines = await run(`
      const pool = new api.Pool({ processes: 1, maxQueue: 0 });
      const living = () => pool.stats().workers.filter(({ state }) => state !== "ending").length;
      pool.resize(3);
      const held = [1, 2, 3].map(() => hold(pool));
      await until(() => pool.stats().running === 3);
      pool.resize(1);
      print([living(), pool.needsDrain, String(pool).includes(", 1 by")]);
      release();
      print(await Promise.all(held));
      await until(() => living() === 1);
      pool.resize(2);
      print(await pool.map(job("square"), [1, 2, 3, 4]));
      print([living(), pool.stats().recycled]);
      await end(pool);`);
    expect(lines).toEqual([
      [3, true, true],
      [null, null, null],
      [1, 4, 9, 16],
      [2, 0],
    ]);
  });
});

// Threads have the memory of their program.
describe.runIf(existsSync("/proc/self/status")).each(allMethods.filter((method) => method !== "thread"))(
  "the memory of a Pool by %s",
  (method) => {
    it("a pool that was idle for idleTimeoutMs has given back the processes and the memory of its peak", async () => {
      const lines = await runPoolProgram(
        method,
        `
        import { existsSync, readFileSync } from "node:fs";
        const residentMiB = (pid) => {
          try {
            return Number(/VmRSS:\\s+(\\d+)/.exec(readFileSync("/proc/" + pid + "/status", "latin1"))?.[1] ?? 0) / 1024;
          } catch {
            return 0;
          }
        };
        const treeMiB = (pids) => [process.pid, ...pids].map(residentMiB).reduce((sum, each) => sum + each, 0);
        const pool = new api.Pool({ processes: 3, minProcesses: 1, idleTimeoutMs: 50 });
        const pids = () => pool.stats().workers.map(({ pid }) => pid);
        const calls = [1, 2, 3].map(() => pool.apply(job("keepMegabytes"), [64, gate]));
        await until(() => pids().length === 3 && pids().every((pid) => existsSync(gate + "." + pid)));
        const atPeak = pids();
        const peak = treeMiB(atPeak);
        release();
        await Promise.all(calls);
        await until(() => pids().length === 1 && atPeak.filter((pid) => existsSync("/proc/" + pid)).length === 1);
        print(peak - treeMiB(atPeak) > 2 * 64);
        pool.resize(1);
        print(await pool.apply(job("square"), [3]));
        await end(pool);`,
      );
      expect(lines).toEqual([true, 9]);
    });
  },
);
