import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import {
  getAllStartMethods,
  Pool,
  type PoolOptions,
  type PoolTaskEvent,
  type PoolWorkerEvent,
  ProcessPoolExecutor,
  progressBar,
} from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { job } from "./job.ts";
import { RemoteEngine } from "./remote-engine.ts";

const engines = [
  ...getAllStartMethods()
    .filter((method) => method !== "fork")
    .map((startMethod) => [startMethod, (): PoolOptions => ({ startMethod })] as const),
  ["a remote engine", (): PoolOptions => ({ engine: new RemoteEngine() })] as const,
];

describe("Pool events", () => {
  it("a pool publishes each state change of a task and of a worker", async () => {
    const tasks: PoolTaskEvent[] = [];
    const workers: PoolWorkerEvent[] = [];
    const onTask = (event: unknown) => tasks.push(event as PoolTaskEvent);
    const onWorker = (event: unknown) => workers.push(event as PoolWorkerEvent);
    subscribe("manyhands.pool.task", onTask);
    subscribe("manyhands.pool.worker", onWorker);
    try {
      const pool = new Pool({ processes: 1, maxTasksPerChild: 2 });
      await pool.apply(job("square"), [2]);
      await pool.apply(job("fail")).catch(() => {});
      await pool.apply(job("exit"), [3], { retry: { attempts: 2 } }).catch(() => {});
      pool.close();
      await pool.join();
    } finally {
      unsubscribe("manyhands.pool.task", onTask);
      unsubscribe("manyhands.pool.worker", onWorker);
    }
    expect(tasks.map(({ edge, name }) => `${name} ${edge}`)).toEqual([
      "square queued",
      "square started",
      "square succeeded",
      "fail queued",
      "fail started",
      "fail failed",
      "exit queued",
      "exit started",
      "exit retried",
      "exit started",
      "exit failed",
    ]);
    const waitedMs = expect.any(Number);
    expect(tasks[0]).not.toHaveProperty("waitedMs");
    expect(tasks[1]).toMatchObject({ waitedMs });
    expect(tasks[2]).toMatchObject({ items: 1, worker: workers[0]?.worker, waitedMs, ms: expect.any(Number) });
    const first = workers.filter(({ worker }) => worker === workers[0]?.worker);
    expect(first.map(({ edge }) => edge)).toEqual(["started", "ready", "recycled", "ended"]);
    expect(first.at(-1)).toMatchObject({ reason: "tasks", exitCode: 0 });
    expect(workers.filter(({ reason, edge }) => edge === "ended" && reason === "died")).toHaveLength(2);
  });

  it.each(engines)("a pool on %s publishes each state change of the chunks of map() and imap()", async (_, how) => {
    const events: PoolTaskEvent[] = [];
    const onTask = (event: unknown) => events.push(event as PoolTaskEvent);
    await using pool = new Pool({ processes: 1, ...how() });
    await pool.apply(job("square"), [1]);
    subscribe("manyhands.pool.task", onTask);
    try {
      await pool.map(job("square"), [1, 2, 3], { chunkSize: 2 });
      for await (const _ of pool.imap(job("square"), [1, 2, 3], { chunkSize: 2 }));
    } finally {
      unsubscribe("manyhands.pool.task", onTask);
    }
    const chunks = [...new Set(events.map(({ task }) => task))];
    const edgesOf = (chunk: number) => events.filter(({ task }) => task === chunk).map(({ edge }) => edge);
    expect(chunks.map(edgesOf)).toEqual(Array.from({ length: 4 }, () => ["queued", "started", "succeeded"]));
    expect(events.filter(({ edge }) => edge === "queued").map(({ call, items }) => [call, items])).toEqual([
      ["map", 2],
      ["map", 1],
      ["imap", 2],
      ["imap", 1],
    ]);
    for (const { edge, waitedMs } of events)
      expect(waitedMs).toEqual(edge === "queued" ? undefined : expect.any(Number));
  });

  it("waitedMs of a chunk counts from the call, or from the chunk before it", async () => {
    const waits: number[] = [];
    const onTask = (event: unknown) => {
      const { edge, waitedMs } = event as PoolTaskEvent;
      if (edge === "started") waits.push(waitedMs as number);
    };
    subscribe("manyhands.pool.task", onTask);
    await using pool = new Pool(1);
    await pool.starmap(
      job("slowly"),
      [1, 2].map((n) => [n, 30]),
      { chunkSize: 1 },
    );
    unsubscribe("manyhands.pool.task", onTask);
    expect(waits).toHaveLength(2);
    expect(waits[1]).toBeGreaterThan(25);
  });

  it("an imap() that is left publishes and counts its chunks that no worker has as cancelled", async () => {
    const edges: string[] = [];
    const onTask = (event: unknown) => edges.push((event as PoolTaskEvent).edge);
    await using pool = new Pool(1);
    subscribe("manyhands.pool.task", onTask);
    const results = pool.imap(job("square"), [1, 2, 3], { chunkSize: 1 });
    await results.return();
    unsubscribe("manyhands.pool.task", onTask);
    expect(edges).toEqual(["queued", "queued", "queued", "cancelled", "cancelled", "cancelled"]);
    expect(pool.stats()).toMatchObject({ cancelled: 3, failed: 0 });
  });

  it.each(["close", "terminate"] as const)("a pool publishes and counts calls that %s() drops", async (method) => {
    const edges: string[] = [];
    const onTask = (event: unknown) => edges.push((event as PoolTaskEvent).edge);
    subscribe("manyhands.pool.task", onTask);
    const pool = new Pool(1);
    const calls: Promise<unknown>[] = [1, 2].map((n) => pool.apply(job("square"), [n]));
    calls.push(pool.imap(job("square"), [3], { chunkSize: 1 }).next());
    pool[method]({ force: true });
    const outcomes = await Promise.allSettled(calls);
    await pool.join();
    unsubscribe("manyhands.pool.task", onTask);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(edges).toEqual(["queued", "queued", "queued", "failed", "failed", "failed"]);
    expect(pool.stats()).toMatchObject({ failed: 3, queued: 0 });
  });

  it("stats() has percentiles of the times that tasks waited and ran", async () => {
    await using pool = new Pool({ processes: 1, recordTimes: true });
    await Promise.all([1, 2, 3].map((n) => pool.apply(job("slowly"), [n, 30])));
    const { waitTimes, runTimes, utilization, workers } = pool.stats();
    expect([waitTimes?.count, runTimes?.count]).toEqual([3, 3]);
    expect(runTimes?.min).toBeGreaterThan(25);
    expect(runTimes?.p50).toBeLessThanOrEqual(runTimes?.p999 ?? 0);
    expect(waitTimes?.max).toBeGreaterThan(50);
    expect(utilization).toBeGreaterThan(0);
    expect(workers[0]?.utilization).toBeLessThan(1);
    pool.resetTimes();
    const none = { count: 0, min: 0, mean: 0, max: 0, p50: 0, p90: 0, p99: 0, p999: 0 };
    expect(pool.stats()).toMatchObject({ waitTimes: none, runTimes: none });
    await using executor = new ProcessPoolExecutor({ maxWorkers: 1, recordTimes: true });
    await executor.submit(job("square"), 2).result();
    expect(executor.stats().waitTimes?.count).toBe(1);
    executor.resetTimes();
    expect(executor.stats()).toMatchObject({ waitTimes: none, runTimes: none });
    await using without = new Pool(1);
    expect(without.stats()).toMatchObject({ waitTimes: null, runTimes: null, utilization: 0 });
    expect(() => new Pool({ recordTimes: 1 as never })).toThrow("recordTimes is 1, write true or false");
  });

  it("onProgress runs in the caller's AsyncLocalStorage context", async () => {
    const storage = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    await using pool = new Pool(1);
    await storage.run("mine", () =>
      pool.map(job("square"), [1, 2], { chunkSize: 1, onProgress: () => seen.push(storage.getStore()) }),
    );
    expect(seen).toEqual(["mine", "mine"]);
  });

  it("progressBar() draws a bar on a terminal only", async () => {
    const written: string[] = [];
    const stream = { isTTY: true, columns: 30, write: (text: string) => written.push(text) };
    await using pool = new Pool(1);
    await pool.map(job("square"), [1, 2, 3, 4], { chunkSize: 2, onProgress: progressBar("squares", stream as never) });
    expect(written).toEqual(["\r\x1b[Ksquares ██████─────── 2/4", "\r\x1b[Ksquares █████████████ 4/4\n"]);
    const silent = { isTTY: false, write: () => expect.unreachable("drawn on a stream that is no terminal") };
    progressBar("squares", silent as never)({ done: 1, total: 2 });
  });
});
