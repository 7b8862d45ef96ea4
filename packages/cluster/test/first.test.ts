import { cluster, serve } from "@manyhands/cluster";
import { Pool } from "@manyhands/process";
import { expect, it } from "vitest";
import { TestRedis } from "./setup/redis.ts";

it("works", async () => {
  const redis = await TestRedis.start();
  const program = await serve(redis.url, { cores: 2, onNotice: (t) => console.log(t) });
  const pool = new Pool({ processes: 2, engine: cluster(redis.url) });
  const t0 = performance.now();
  console.log(await pool.map((x: number) => x * x, [1, 2, 3]), performance.now() - t0);
  console.log(pool.stats());
  const t1 = performance.now();
  for (let i = 0; i < 100; i++) await pool.apply((x: number) => x * 2, [i]);
  console.log("apply", (performance.now() - t1) / 100);
  const t2 = performance.now();
  const r = await pool.map(
    (x: number) => x * 2,
    Array.from({ length: 10000 }, (_, i) => i),
  );
  console.log("map", performance.now() - t2, r.length);
  pool.close();
  await pool.join();
  await program.drain();
  await redis.kill();
});
