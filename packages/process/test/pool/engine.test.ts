import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool, type PoolOptions, type PoolWorkerEvent, ProcessPoolExecutor, WorkerDiedError } from "@manyhands/process";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { expectNothingLeft, job } from "./job.ts";
import { RemoteEngine } from "./remote-engine.ts";

let folder: string;
const pools: Pool[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-"));
});
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool[Symbol.asyncDispose]();
  await expectNothingLeft();
});
afterAll(() => rm(folder, { recursive: true }));

function makePool(engine: RemoteEngine, options: PoolOptions = {}): Pool {
  const pool = new Pool({ processes: 1, engine, ...options });
  pools.push(pool);
  return pool;
}

/** Adds a line to a file, then waits. */
const noteAndWait = async (file: string, line: number) => {
  process.getBuiltinModule("node:fs").appendFileSync(file, `${line}\n`);
  await new Promise((resolve) => setTimeout(resolve, 20_000));
};
const linesOf = (file: string) => {
  try {
    return readFileSync(file, "utf8").split("\n").filter(Boolean).map(Number);
  } catch {
    return [];
  }
};

describe("the option engine", () => {
  it.each([
    [{ engine: "cluster" }, "engine is cluster, write what cluster(url) returns"],
    [{ engine: null }, "engine is null, write what cluster(url) returns"],
    [{ engine: new RemoteEngine(), startMethod: "spawn" }, "it has an engine and a startMethod, write one of them"],
  ])("a Pool and an executor refuse %o", (options, message) => {
    expect(() => new Pool(options as PoolOptions)).toThrow(`Cannot make a Pool: ${message}`);
    expect(() => new ProcessPoolExecutor(options as never)).toThrow(`Cannot make a ProcessPoolExecutor: ${message}`);
  });

  it.each([{ env: {} }, { execArgv: [] }, { argv: [] }, { cwd: "/" }, { nice: 1 }, { resourceLimits: {} }])(
    "a Pool on other machines refuses %o",
    (options) => {
      expect(() => new Pool({ engine: new RemoteEngine(), ...options })).toThrow(
        `Cannot give ${Object.keys(options)[0]} to workers by "cluster": the machine that runs them decides`,
      );
    },
  );

  it("a Pool and an executor run their calls on it, and name it", async () => {
    const pool = makePool(new RemoteEngine(), { processes: 2 });
    expect(await pool.map(job("square"), [1, 2, 3])).toEqual([1, 4, 9]);
    expect(pool.stats().startMethod).toBe("cluster");
    expect(String(pool)).toContain("2 by cluster");
    const executor = new ProcessPoolExecutor({ maxWorkers: 1, engine: new RemoteEngine() });
    expect(await executor.submit(job("square"), 4).result()).toBe(16);
    await executor.shutdown();
  });

  it("a class of a context uses it rather than the context's start method", async () => {
    const { getContext } = await import("@manyhands/process");
    const { Pool: Bound } = getContext("spawn");
    const pool = new Bound({ processes: 1, engine: new RemoteEngine() });
    pools.push(pool);
    expect(pool.stats().startMethod).toBe("cluster");
  });
});

describe("a worker on another machine", () => {
  it("has neither pid nor host until a machine has taken it, then both in stats(), events and errors", async () => {
    const { subscribe, unsubscribe } = process.getBuiltinModule("node:diagnostics_channel");
    const events: PoolWorkerEvent[] = [];
    const onEvent = (event: unknown) => void events.push(event as PoolWorkerEvent);
    subscribe("manyhands.pool.worker", onEvent);
    const engine = new RemoteEngine({ takesAtOnce: false });
    const pool = makePool(engine);
    expect(pool.stats().workers).toMatchObject([{ pid: null, host: null, state: "booting" }]);
    engine.workers[0]?.take("machine-2");
    expect(await pool.apply(job("square"), [3])).toBe(9);
    expect(pool.stats().workers).toMatchObject([{ pid: expect.any(Number), host: "machine-2", state: "idle" }]);
    const error = await pool.apply(job("exit"), [3]).catch((reason) => reason);
    unsubscribe("manyhands.pool.worker", onEvent);
    expect(error).toMatchObject({
      exitCode: 3,
      host: "machine-2",
      message: expect.stringMatching(/pid \d+ on machine-2/),
    });
    expect(events.map(({ edge, host }) => [edge, host])).toEqual(
      expect.arrayContaining([
        ["started", null],
        ["ready", "machine-2"],
        ["ended", "machine-2"],
      ]),
    );
  });

  it("a crash of its process is attributed to the task that ran", async () => {
    const pool = makePool(new RemoteEngine());
    for (let i = 0; i < 20; i++) await pool.apply(job("square"), [i]);
    const calls = [pool.apply(job("exit"), [3]), ...[1, 2, 3].map((n) => pool.apply(job("square"), [n]))];
    await expect(calls[0]).rejects.toThrow(/ended while it ran apply\(exit\)/);
    expect(await Promise.all(calls.slice(1))).toEqual([1, 4, 9]);
  });

  it("when it is lost, every task that it was sent settles once and is not run again without retry", async () => {
    const file = join(folder, "lost");
    const engine = new RemoteEngine();
    const pool = makePool(engine, { concurrentTasksPerWorker: 3 });
    const calls = [1, 2, 3, 4].map((n) => pool.apply(noteAndWait, [file, n]));
    await expect.poll(() => linesOf(file).sort()).toEqual([1, 2, 3]);
    engine.workers[0]?.lose();
    const lost = await Promise.allSettled(calls.slice(0, 3));
    for (const [i, outcome] of lost.entries()) {
      const { reason } = outcome as PromiseRejectedResult;
      expect(reason).toBeInstanceOf(WorkerDiedError);
      expect(reason).toMatchObject({ host: "elsewhere", cause: { message: "its machine was lost" } });
      expect(reason.message, String(i)).toContain("was lost while it had apply(noteAndWait), which may have run");
    }
    await expect.poll(() => linesOf(file).sort()).toEqual([1, 2, 3, 4]);
    calls[3]?.catch(() => {});
  });

  it("when it is lost, tasks that were sent ahead count as begun, too", async () => {
    const engine = new RemoteEngine();
    const pool = makePool(engine);
    for (let i = 0; i < 30; i++) await pool.apply(job("square"), [i]);
    const block = pool.apply(job("loop"));
    // The pool does not expect how long the next call of a known function takes, and sends it ahead of the first's end.
    const ahead = pool.apply(job("square"), [2]);
    await expect.poll(() => pool.stats().running).toBeGreaterThan(0);
    const running = pool.stats().running;
    engine.workers[0]?.lose();
    await expect(block).rejects.toThrow(/was lost/);
    if (running === 2) await expect(ahead).rejects.toThrow(/was lost/);
    else expect(await ahead).toBe(4);
  });

  it("when it is lost, its tasks run again with retry", async () => {
    const file = join(folder, "retried");
    const engine = new RemoteEngine();
    const pool = makePool(engine);
    const note = async (path: string) => {
      const { appendFileSync, readFileSync } = process.getBuiltinModule("node:fs");
      appendFileSync(path, "1\n");
      if (readFileSync(path, "utf8") === "1\n") await new Promise((resolve) => setTimeout(resolve, 20_000));
      return "again";
    };
    const call = pool.apply(note, [file], { retry: { attempts: 2 } });
    await expect.poll(() => linesOf(file)).toEqual([1]);
    engine.workers[0]?.lose();
    expect(await call).toBe("again");
    expect(pool.stats()).toMatchObject({ retried: 1, died: 1 });
  });

  it("machines that are lost while workers boot break no pool and no executor", async () => {
    for (const make of [
      (engine: RemoteEngine) => makePool(engine),
      (engine: RemoteEngine) => new ProcessPoolExecutor({ maxWorkers: 1, engine }),
    ]) {
      const engine = new RemoteEngine({ takesAtOnce: false });
      const pool = make(engine);
      const call = "submit" in pool ? pool.submit(job("square"), 5).result() : pool.apply(job("square"), [5]);
      for (let lost = 0; lost < 5; lost++) {
        await expect.poll(() => engine.workers.length).toBe(lost + 1);
        engine.workers[lost]?.lose();
      }
      await expect.poll(() => engine.workers.length).toBe(6);
      engine.workers[5]?.take();
      expect(await call).toBe(25);
      expect(pool.stats().state).toBe("open");
      if ("submit" in pool) await pool.shutdown();
    }
  });

  it("a pool over a slow connection sends more work ahead", async () => {
    const most = async (delayMs: number) => {
      const engine = new RemoteEngine({ delayMs });
      const pool = makePool(engine);
      for (let i = 0; i < 20; i++) await pool.apply(job("increment"), [i]);
      const calls = Array.from({ length: 2000 }, (_, i) => pool.apply(job("increment"), [i]));
      await Promise.resolve();
      await expect.poll(() => pool.stats().running).toBeGreaterThan(0);
      const { running } = pool.stats();
      expect(await Promise.all(calls)).toHaveLength(2000);
      return running;
    };
    // The pool expects that a task takes as long as the tasks before: one that was held up has fewer sent ahead.
    await expect.poll(async () => (await most(50)) / (await most(0))).toBeGreaterThan(4);
  });

  it("a map over a slow connection cuts larger chunks", async () => {
    const tasks = async (delayMs: number) => {
      const pool = makePool(new RemoteEngine({ delayMs }), { processes: 4 });
      await pool.map(job("increment"), [1, 2, 3, 4]);
      const before = pool.stats().succeeded;
      await pool.map(
        job("increment"),
        Array.from({ length: 4000 }, (_, i) => i),
      );
      return pool.stats().succeeded - before;
    };
    expect(await tasks(10)).toBeLessThan(await tasks(0));
  });
});

/** An engine that offers a number of workers. */
class OfferingEngine extends RemoteEngine {
  readonly listeners = new Set<(workers: number) => void>();

  onCapacity(listener: (workers: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  offer(workers: number): void {
    for (const listener of this.listeners) listener(workers);
  }
}

describe("without a number of workers", () => {
  const withoutNumber = (engine: OfferingEngine, options: PoolOptions = {}) => {
    const pool = new Pool({ engine, ...options });
    pools.push(pool);
    return pool;
  };

  it("a Pool has as many as its engine offers, at least 1, and follows each change until resize()", async () => {
    const engine = new OfferingEngine({ takesAtOnce: false });
    const pool = withoutNumber(engine);
    expect(pool.stats()).toMatchObject({ size: 1, minSize: 1 });
    for (const offered of [3, 2, 0]) {
      engine.offer(offered);
      const size = Math.max(1, offered);
      await expect.poll(() => pool.stats()).toMatchObject({ size, minSize: size });
      await expect.poll(() => pool.stats().workers).toHaveLength(size);
    }
    pool.resize(2);
    expect(engine.listeners.size).toBe(0);
    expect(pool.stats()).toMatchObject({ size: 2, minSize: 2 });
  });

  it("a Pool with minProcesses keeps these, and may have as many as its engine offers", async () => {
    const engine = new OfferingEngine({ takesAtOnce: false });
    const pool = withoutNumber(engine, { minProcesses: 2 });
    for (const offered of [1, 5]) {
      engine.offer(offered);
      expect(pool.stats()).toMatchObject({ size: Math.max(2, offered), minSize: 2 });
    }
    expect(pool.stats().workers).toHaveLength(2);
    pool.terminate();
    await pool.join();
    expect(engine.listeners.size).toBe(0);
  });

  it("an executor starts as many as its engine offers, when calls wait", async () => {
    const engine = new OfferingEngine();
    const executor = new ProcessPoolExecutor({ engine });
    engine.offer(2);
    const futures = [1, 2, 3].map((n) => executor.submit(job("square"), n));
    expect(await Promise.all(futures.map((future) => future.result()))).toEqual([1, 4, 9]);
    expect(executor.stats()).toMatchObject({ size: 2, minSize: 0 });
    expect(engine.workers).toHaveLength(2);
    await executor.shutdown();
    expect(engine.listeners.size).toBe(0);
  });

  it("a pool inside a worker has one", async () => {
    expect(await withoutNumber(new OfferingEngine()).apply(job("nested"))).toMatchObject({ size: 1 });
  });
});
