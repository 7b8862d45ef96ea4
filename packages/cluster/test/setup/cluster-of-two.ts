import { cluster } from "@manyhands/cluster";
import type { Engine } from "@manyhands/process";
import { afterAll, beforeAll } from "vitest";
import { TestRedis } from "./redis.ts";
import { TestWorker } from "./worker-program.ts";

/** Starts a Redis and two worker programs for a test file. @returns a function that gives an engine on them. */
export function clusterOfTwo(...flags: string[]): () => Engine {
  let redis: TestRedis;
  let workers: TestWorker[] = [];
  beforeAll(async () => {
    redis = await TestRedis.start();
    workers = await Promise.all([1, 2].map(() => TestWorker.start(redis.url, ...flags)));
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop("SIGTERM")));
    await redis.kill();
  });
  // The contracts ask for an engine before the hooks have run.
  return () => cluster(redis?.url ?? "redis://127.0.0.1:6379");
}
