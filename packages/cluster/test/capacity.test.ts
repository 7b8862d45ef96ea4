import { cluster } from "@manyhands/cluster";
import { Pool } from "@manyhands/process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { TestWorker } from "./setup/worker-program.ts";

const task = (name: string) => ({ module: new URL("fixture/tasks.js", import.meta.url), name }) as never;

describe.skipIf(serverProgram === undefined)("a pool on a cluster without a number of processes", () => {
  let redis: TestRedis;
  let workers: TestWorker[] = [];
  beforeEach(async () => {
    redis = await TestRedis.start();
  });
  afterEach(async () => {
    await Promise.all(workers.map((worker) => worker.stop("SIGTERM")));
    workers = [];
    await redis.kill();
  });
  const startWorker = async (cores: number, ...flags: string[]) => {
    const worker = await TestWorker.start(redis.url, "--cores", String(cores), ...flags);
    workers.push(worker);
    return worker;
  };

  it("has as many workers as the worker programs have cores, while they come and go", async () => {
    const first = await startWorker(3);
    await using pool = new Pool({ engine: cluster(redis.url) });
    await expect.poll(() => pool.stats().size).toBe(3);
    await startWorker(1);
    await expect.poll(() => pool.stats().size).toBe(4);
    await expect.poll(() => pool.stats().workers.filter(({ host }) => host !== null)).toHaveLength(4);
    expect(await pool.map(task("double"), [1, 2, 3] as never)).toEqual([2, 4, 6]);
    await first.stop("SIGTERM");
    await expect.poll(() => pool.stats().size).toBe(1);
    expect(await pool.map(task("double"), [1, 2, 3] as never)).toEqual([2, 4, 6]);
    expect(pool.stats().died).toBe(0);
  });

  it("counts no worker program with another key", async () => {
    await startWorker(2, "--auth-key-file", new URL("fixture/tasks.js", import.meta.url).pathname);
    await startWorker(2);
    await using pool = new Pool({ engine: cluster(redis.url) });
    await expect.poll(() => pool.stats().size).toBe(2);
  });
});
