import { writeFileSync } from "node:fs";
import { cluster } from "@manyhands/cluster";
import { Pool } from "@manyhands/process";
import { describe, expect, it, type TestContext } from "vitest";
import { serverProgram } from "./setup/redis.ts";
import { type TestNode, TestRedisCluster } from "./setup/redis-cluster.ts";
import { freshFile, linesOf, longLease, longLeaseMs, task } from "./setup/scene.ts";
import { TestWorker } from "./setup/worker-program.ts";

/** A Redis Cluster with a worker program of one core. */
async function setUp({ onTestFinished }: TestContext) {
  const servers = await TestRedisCluster.start("manyhands");
  const { owner, others } = servers;
  const address = ({ server }: { server: { port: number } }) => `127.0.0.1:${server.port}`;
  const url = `redis://${[...others, owner].map(address).join(",")}`;
  const worker = await TestWorker.start(url, "--cores", "1", ...longLease);
  const pool = new Pool({ processes: 2, engine: cluster(url, { leaseMs: longLeaseMs }) });
  onTestFinished(async () => {
    await pool[Symbol.asyncDispose]();
    await worker.stop();
    await servers.end();
  });
  return { owner, others, pool, worker };
}

/** Moves the hash slot of all keys to another node. */
async function moveSlot(from: TestNode, to: TestNode): Promise<void> {
  const slot = Number(await from.admin.cluster("KEYSLOT", "manyhands"));
  const [fromId, toId] = await Promise.all([from, to].map(({ admin }) => admin.cluster("MYID")));
  await to.admin.cluster("SETSLOT", slot, "IMPORTING", String(fromId));
  await from.admin.cluster("SETSLOT", slot, "MIGRATING", String(toId));
  for (;;) {
    const keys = (await from.admin.cluster("GETKEYSINSLOT", slot, 100)) as string[];
    if (keys.length === 0) break;
    await from.admin.call("MIGRATE", "127.0.0.1", to.server.port, "", 0, 5000, "KEYS", ...keys);
  }
  for (const { admin } of [to, from]) await admin.cluster("SETSLOT", slot, "NODE", String(toId));
}

describe.skipIf(serverProgram === undefined)("a pool on a Redis Cluster", () => {
  it("keeps all keys on one node, which both sides find", async (context) => {
    const { owner, others, pool } = await setUp(context);
    expect(await pool.map(task("double"), [1, 2, 3] as never, { chunkSize: 1 })).toEqual([2, 4, 6]);
    expect(await pool.apply(task("lengthWith"), [new Uint8Array(2_000_000), 1] as never)).toBe(2_000_001);
    expect(await owner.admin.dbsize()).toBeGreaterThan(0);
    for (const { admin } of others.slice(0, 2)) expect(await admin.dbsize()).toBe(0);
  });

  it("goes on when its keys are moved to another node", async (context) => {
    const { owner, others, pool } = await setUp(context);
    const [file, until] = [freshFile(), freshFile()];
    const running = pool.apply(task("noteAndWait"), [file, until, "finished"] as never);
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    const [other] = others as [TestNode];
    await moveSlot(owner, other);
    const queued = pool.map(task("double"), [1, 2, 3] as never);
    writeFileSync(until, "");
    expect(await running).toBe("finished");
    expect(await queued).toEqual([2, 4, 6]);
    expect(pool.stats().died).toBe(0);
    expect(await other.admin.dbsize()).toBeGreaterThan(0);
  });

  it("goes on when the node with its keys is killed and the replica takes over", async (context) => {
    const { owner, pool } = await setUp(context);
    const [file, until] = [freshFile(), freshFile()];
    const running = pool.apply(task("noteAndWait"), [file, until, "finished"] as never);
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    // The replica has everything up to here.
    await owner.admin.wait(1, 0);
    await owner.server.kill();
    const queued = pool.map(task("double"), [1, 2, 3] as never);
    writeFileSync(until, "");
    expect(await running).toBe("finished");
    expect(await queued).toEqual([2, 4, 6]);
    expect(pool.stats().died).toBe(0);
  });
});
