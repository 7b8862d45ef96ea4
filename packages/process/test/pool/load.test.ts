import { Pool, type PoolOptions, ProcessPoolExecutor } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { allMethods } from "../fixture/run-program.ts";
import { runPoolProgram } from "./run-pool-program.ts";

/** The public name of a count in `stats()`, for the text of a program. */
const died = JSON.stringify("died");

it.each([
  [{ maxQueue: -1 }, "maxQueue is -1, write a whole number ≥ 0"],
  [{ maxQueue: 1.5 }, "maxQueue is 1.5, write a whole number ≥ 0"],
  [{ maxQueue: "all" }, 'maxQueue is "all", write a whole number ≥ 0, or "auto"'],
  [{ concurrentTasksPerWorker: 0 }, "concurrentTasksPerWorker is 0, write a whole number ≥ 1"],
])("a Pool and an executor refuse %o", (options, message) => {
  expect(() => new Pool(options as PoolOptions)).toThrow(`Cannot make a Pool: ${message}`);
  expect(() => new ProcessPoolExecutor(options as PoolOptions)).toThrow(`ProcessPoolExecutor: ${message}`);
});

it("calls refuse a priority that is no finite number", async () => {
  await using pool = new Pool(1);
  for (const priority of [Number.NaN, Number.POSITIVE_INFINITY, "1" as never]) {
    const given = typeof priority === "string" ? '"1"' : priority;
    const refusal = `priority is ${given}, write a finite number; 0 is ordinary`;
    await expect(pool.apply(() => 1, [], { priority })).rejects.toThrow(refusal);
    await expect(pool.map((x: number) => x, [1], { priority })).rejects.toThrow(refusal);
    expect(() => pool.imap((x: number) => x, [1], { priority })).toThrow(refusal);
  }
});

it.each([
  [{ onCancel: 5, timeoutMs: 1e9 }, "onCancel is number, write a function"],
  [{ retry: 3 }, "options of retry: they are number, write an object: { attempts: … }"],
  [{ retry: null }, "options of retry: they are null"],
  [{ retry: {} }, "retry.attempts is undefined, write a whole number ≥ 1"],
  [{ retry: { attempts: "2" } }, 'retry.attempts is "2"'],
  [{ retry: { attempt: 2 } }, 'did you mean "attempts"?'],
  [{ timeoutMs: null }, "timeoutMs is null, write milliseconds, ≥ 0"],
  [{ timeoutMs: "5" }, "timeoutMs is 5, write milliseconds, ≥ 0"],
])("apply() refuses %o, and its pool ends", async (options, message) => {
  const pool = new Pool(1);
  await expect(pool.apply(() => 1, [], options as never)).rejects.toThrow(message);
  expect(() => pool.close({ force: 1 } as never)).toThrow("force is 1, write true or false");
  pool.close();
  expect(await pool.join()).toBe(true);
});

describe.each(allMethods)("load of a Pool by %s", (method) => {
  const run = (text: string) => runPoolProgram(method, text);

  it("apply() rejects when as many calls wait as maxQueue allows, and drained() waits until none does", async () => {
    const lines = await run(`
      const pool = new api.Pool({ processes: 1, maxQueue: 2 });
      print([pool.needsDrain, await pool.drained()]);
      const held = hold(pool);
      const abort = new AbortController();
      const first = codeOf(pool.apply(job("square"), [3], { signal: abort.signal }));
      const second = pool.apply(job("square"), [4]);
      print([pool.needsDrain, await codeOf(pool.apply(job("square"), [5])), await pool.drained({ timeoutMs: 0 })]);
      await until(() => pool.stats().running === 1);
      print(await codeOf(pool.apply(job("square"), [5])));
      abort.abort(new Error("left"));
      print([await first, pool.needsDrain, pool.stats().queued]);
      const third = pool.apply(job("square"), [5]);
      print(await codeOf(pool.apply(job("square"), [6])));
      const drained = pool.drained();
      release();
      print([await drained, pool.needsDrain]);
      print(await Promise.all([held, second, third]));
      await end(pool);`);
    const full = "ERR_MANYHANDS_QUEUE_FULL";
    expect(lines).toEqual([
      [false, true],
      [true, full, false],
      full,
      ["left", false, 1],
      full,
      [true, false],
      [null, 16, 25],
    ]);
  });

  it("a maxQueue of 0 lets no call wait, and an executor has it too", async () => {
    const lines = await run(`
      const pool = new api.Pool({ processes: 1, maxQueue: 0 });
      const held = hold(pool);
      print([pool.needsDrain, await codeOf(pool.apply(job("square"), [5]))]);
      const executor = new api.ProcessPoolExecutor({ maxWorkers: 1, maxQueue: 1 });
      const futures = [executor.submit(job("untilExists"), gate), executor.submit(job("square"), 2)];
      try { executor.submit(job("square"), 3); } catch (error) { print(error.code); }
      print([executor.needsDrain, await executor.drained({ timeoutMs: 1 })]);
      release();
      print([await executor.drained(), executor.needsDrain]);
      await held;
      print([pool.needsDrain, await pool.apply(job("square"), [5])]);
      print(await Promise.all(futures));
      await end(pool);
      await executor.shutdown();`);
    expect(lines).toEqual([
      [true, "ERR_MANYHANDS_QUEUE_FULL"],
      "ERR_MANYHANDS_QUEUE_FULL",
      [true, false],
      [true, false],
      [false, 25],
      [null, 4],
    ]);
  });

  it("calls of a higher priority start first, in the order of queueing within a priority", async () => {
    const lines = await run(`
      const pool = new api.Pool(1);
      const held = hold(pool);
      await until(() => pool.stats().running === 1);
      const note = (name) => void (globalThis.started ??= []).push(name);
      const call = (name, priority) => pool.apply(note, [name], { priority });
      const calls = [call("low", -2), call("a", 0), call("urgent 1", 7), call("b", 0), call("urgent 2", 7), call("soon", 2.5)];
      const map = (name, priority) => pool.map(note, [name, name], { chunkSize: 1, priority });
      const maps = [map("map", -50), map("urgent map", 50)];
      release();
      await Promise.all([held, ...calls, ...maps]);
      print(await pool.apply(() => globalThis.started));
      await end(pool);`);
    const inOrder = ["urgent map", "urgent map", "urgent 1", "urgent 2", "soon", "a", "b", "low", "map", "map"];
    expect(lines).toEqual([inOrder]);
  });

  it("a worker runs as many tasks at a time as concurrentTasksPerWorker, each with its own currentTask()", async () => {
    const lines = await run(`
      const pool = new api.Pool({ processes: 1, concurrentTasksPerWorker: 3 });
      const together = async (n) => {
        const arrived = (globalThis.arrived ??= []);
        arrived.push(n);
        while (arrived.length < 3) await new Promise((resolve) => setTimeout(resolve, 1));
        return n;
      };
      print(await Promise.all([1, 2, 3].map((n) => pool.apply(together, [n]))));
      print(await pool.map((n) => n * 2, [1, 2, 3, 4, 5, 6, 7, 8, 9]));
      const held = hold(pool);
      const abort = new AbortController();
      const stopped = codeOf(pool.apply(runtimeJob("untilCancelled"), [], { signal: abort.signal }));
      await until(() => pool.stats().running === 2);
      const mixed = [Symbol("s"), 2, 3].map((value) => codeOf(pool.apply(job("identity"), [value])));
      abort.abort(new Error("stop"));
      print([await stopped, await Promise.all(mixed), pool.stats().running]);
      release();
      await held;
      await end(pool);`);
    expect(lines).toEqual([
      [1, 2, 3],
      [2, 4, 6, 8, 10, 12, 14, 16, 18],
      ["stop", ["ERR_MANYHANDS_CLONE", 2, 3], 1],
    ]);
  });

  it("a cancelled task that does not stop lets the tasks beside it finish, and its worker is replaced", async () => {
    const lines = await run(`
      const pool = new api.Pool({ processes: 1, concurrentTasksPerWorker: 2, graceMs: 100 });
      const before = pool.stats().workers[0].name;
      const held = hold(pool);
      const how = [];
      const stuck = pool.apply(() => new Promise(() => setInterval(() => {}, 1000)), [], { timeoutMs: 1, onCancel: (end) => how.push(end) });
      print([await stuck.catch((error) => error.code), how]);
      const next = pool.apply(job("square"), [3]);
      release();
      print([await codeOf(held), await next, pool.stats().workers.some(({ name }) => name === before), pool.stats()[${died}]]);
      await end(pool);`);
    expect(lines).toEqual([
      ["ERR_MANYHANDS_TIMEOUT", ["killed"]],
      [null, 9, false, 0],
    ]);
  });

  it("all tasks that a crashed or blocked worker ran fail, and those that it had not started run", async () => {
    const lines = await run(`
      const pool = new api.Pool({ processes: 1, concurrentTasksPerWorker: 2, graceMs: 100 });
      const held = codeOf(hold(pool));
      const crashed = codeOf(pool.apply(job("exit"), [3]));
      const next = pool.apply(job("square"), [3]);
      print(await Promise.all([crashed, held, next]));
      const beside = codeOf(hold(pool));
      await until(() => pool.stats().running === 1);
      const blocked = pool.apply(job("loop"), [], { timeoutMs: 1 }).catch((error) => error.code);
      print([await blocked, await beside, await pool.apply(job("square"), [4])]);
      await end(pool);`);
    const crash = "ERR_MANYHANDS_WORKER_DIED";
    expect(lines).toEqual([
      [crash, crash, 9],
      ["ERR_MANYHANDS_TIMEOUT", crash, 16],
    ]);
  });
});
