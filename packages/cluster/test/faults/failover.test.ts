import { writeFileSync } from "node:fs";
import { describe, it, type TestContext } from "vitest";
import { isFaultTested } from "../setup/redis.ts";
import { freshFile, linesOf, longLease, longLeaseMs, setUp, task, threads } from "../setup/scene.ts";

/** Starts a primary and its replica, behind a line that leads to the primary, and a pool on them. */
async function setUpReplica(context: TestContext) {
  const scene = await setUp(context);
  const { replica, replicaAdmin } = await scene.startReplica();
  const line = await scene.startLine();
  await scene.startWorkerAt(line.url, ...threads, ...longLease);
  const pool = scene.makePoolAt(line.url, {}, { leaseMs: longLeaseMs });
  const [file, until] = [freshFile(), freshFile()];
  const running = pool.apply(task("noteAndWait"), [file, until, "finished"] as never);
  await context.expect.poll(() => linesOf(file)).toHaveLength(1);
  // The replica has everything up to here.
  await scene.admin.wait(1, 0);
  return { ...scene, replica, line, replicaAdmin, pool, running, until };
}

describe.runIf(isFaultTested)("a pool on a cluster", () => {
  it.concurrent("loses nothing when its primary is killed and the replica takes over", async (context) => {
    const { expect, redis, replica, line, replicaAdmin, pool, running, until } = await setUpReplica(context);
    await redis.kill();
    line.reset();
    await replicaAdmin.replicaof("NO", "ONE");
    line.serverPort = replica.port;
    const queued = pool.map(task("double"), [1, 2, 3] as never);
    writeFileSync(until, "");
    expect(await running).toBe("finished");
    expect(await queued).toEqual([2, 4, 6]);
    expect(pool.stats().died).toBe(0);
  });

  it.concurrent("loses nothing when its primary becomes a replica and keeps the connections open", async (context) => {
    const { expect, redis, replica, line, admin, replicaAdmin, pool, running, until } = await setUpReplica(context);
    await replicaAdmin.replicaof("NO", "ONE");
    line.serverPort = replica.port;
    await admin.replicaof("127.0.0.1", replica.port);
    const queued = pool.map(task("double"), [1, 2, 3] as never);
    writeFileSync(until, "");
    expect(await running).toBe("finished");
    expect(await queued).toEqual([2, 4, 6]);
    expect(pool.stats().died).toBe(0);
    await redis.kill();
    expect(await pool.apply(task("double"), [4] as never)).toBe(8);
  });
});
