import { cluster } from "@manyhands/cluster";
import type { Engine } from "@manyhands/process";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { TestRedis } from "./redis.ts";
import { TestWorker } from "./worker-program.ts";

/** Starts a Redis and two worker programs for a test file. @returns a function that gives an engine on them. */
export function clusterOfTwo(...flags: string[]): () => Engine {
  let redis: TestRedis;
  let workers: TestWorker[] = [];
  const startWorker = () => TestWorker.start(redis.url, ...flags);
  beforeAll(async () => {
    redis = await TestRedis.start();
    workers = await Promise.all([startWorker(), startWorker()]);
  });
  // A test that ends a worker program fails by itself, not the tests after it.
  beforeEach(async () => {
    workers = await Promise.all(workers.map((worker) => (worker.hasEnded ? startWorker() : worker)));
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop("SIGTERM")));
    await redis.kill();
  });
  // The contracts ask for an engine before the hooks have run.
  return () => cluster(redis?.url ?? "redis://127.0.0.1:6379");
}
