import { setTimeout as sleep } from "node:timers/promises";
import { ClusterError } from "@manyhands/cluster";
import { WorkerDiedError } from "@manyhands/process";
import { describe, it } from "vitest";
import { isFaultTested } from "../setup/redis.ts";
import {
  freshFile,
  isAlive,
  leaseMs,
  linesOf,
  longLease,
  longLeaseMs,
  setUp,
  shortLease,
  task,
  threads,
} from "../setup/scene.ts";

describe.runIf(isFaultTested)("a pool on a cluster", () => {
  it.concurrent("goes on when its Redis is away for less than the lease and comes back with what it had", async (context) => {
    const { expect, redis, startWorker, makePoolAt } = await setUp(context);
    await startWorker(...threads, ...longLease);
    const pool = makePoolAt(redis.url, {}, { leaseMs: longLeaseMs });
    expect(await pool.apply(task("double"), [1] as never)).toBe(2);
    let call: Promise<unknown> | undefined;
    await redis.suspendedDuring(async () => {
      call = pool.apply(task("double"), [2] as never);
      await sleep(500);
    });
    expect(await call).toBe(4);
    expect(pool.stats().died).toBe(0);
  });

  it.concurrent.for([0, 1.5 * leaseMs])(
    "goes on when its Redis is killed and comes back empty after %i ms",
    async (awayMs, context) => {
      const { expect, redis, startWorker, makePool } = await setUp(context);
      await startWorker(...shortLease);
      const pool = makePool();
      const [file, until] = [freshFile(), freshFile()];
      const lost = pool.apply(task("noteAndWait"), [file, until, 1] as never).catch((error) => error);
      await expect.poll(() => linesOf(file)).toHaveLength(1);
      await redis.kill();
      const queued = pool.map(task("double"), [1, 2, 3] as never);
      await sleep(awayMs);
      await redis.restart();
      expect(await lost).toBeInstanceOf(WorkerDiedError);
      expect(await queued).toEqual([2, 4, 6]);
      await expect.poll(() => isAlive(Number(linesOf(file)[0]))).toBe(false);
      expect(linesOf(file)).toHaveLength(1);
    },
  );

  it.concurrent("loses its tasks when its Redis is out of memory, with an error that says so, and goes on when it has memory", async (context) => {
    const { expect, redis, admin, startWorker, makePool, makePoolAt } = await setUp(context);
    await startWorker(...shortLease);
    const pool = makePool();
    const file = freshFile();
    const lost = pool.apply(task("noteAndWait"), [file, "/never", 1] as never).catch((error) => error);
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    await admin.config("SET", "maxmemory", "1");
    const error = await lost;
    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error.message).toContain("OOM command not allowed");
    await expect.poll(() => isAlive(Number(linesOf(file)[0]))).toBe(false);
    const limited = makePoolAt(redis.url, {}, { seatWaitMs: 1000 });
    const refused = await limited.apply(task("double"), [1] as never).catch((reason) => reason);
    expect(refused).toBeInstanceOf(ClusterError);
    expect(refused.message).toContain("OOM command not allowed");
    const queued = pool.map(task("double"), [1, 2, 3] as never);
    await admin.config("SET", "maxmemory", "0");
    expect(await queued).toEqual([2, 4, 6]);
  });
});
