import { writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, it } from "vitest";
import { isFaultTested } from "../setup/redis.ts";
import { freshFile, isAlive, leaseMs, linesOf, type Scene, setUp, slackMs, task, threads } from "../setup/scene.ts";

/** The keys of seats, of clients and of their messages, other than those that worker programs and the queue have. */
async function keysOfClients({ admin }: Scene, workers: readonly string[]): Promise<string[]> {
  const shared = /^bull:{manyhands}:(?:meta|events|id|marker|stalled-check)$|:workers$/;
  const keys = await admin.keys("*");
  return keys.filter((key) => !shared.test(key) && !workers.some((worker) => key.endsWith(`:${worker}`)));
}

/** The keys that stay when no program removes them. */
async function keysWithoutEnd({ admin }: Scene): Promise<string[]> {
  const keys = await admin.keys("*");
  const ends = await Promise.all(keys.map((key) => admin.pttl(key)));
  return keys.filter((_, i) => ends[i] === -1);
}

/**
 * Starts a program that waits for a task, and suspends it.
 *
 * @returns it, the stream of its messages, and the file that lets the task end.
 */
async function suspendClient({ expect, admin, startClient }: Scene) {
  const [file, until] = [freshFile(), freshFile()];
  const client = startClient({ leaseMs: 600_000, processes: 1, call: ["noteAndWait", [file, until, "finished"]] });
  await expect.poll(() => linesOf(file)).toHaveLength(1);
  const [lease] = await admin.keys("mh:*:client:*");
  const stream = String(lease).replace(":client:", ":stream:");
  await expect.poll(() => admin.xlen(stream)).toBe(0);
  client.signal("SIGSTOP");
  return { client, stream, until };
}

describe.runIf(isFaultTested)("a program with a pool on a cluster", () => {
  it.concurrent("that is killed leaves no process after its lease and a second, and nothing in the Redis", async (context) => {
    const scene = await setUp(context);
    const { expect, startWorker, startClient } = scene;
    const worker = await startWorker();
    const file = freshFile();
    const client = startClient({ leaseMs, processes: 2, call: ["noteAndWait", [file, "/never", 1]] });
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    await client.kill();
    const killedAt = performance.now();
    await expect.poll(() => isAlive(Number(linesOf(file)[0]))).toBe(false);
    expect(performance.now() - killedAt).toBeLessThan(leaseMs + 1000 + slackMs);
    // The worker program took the seat that was waiting, and dropped it.
    await expect.poll(() => keysOfClients(scene, [worker.id])).toEqual([]);
  });

  it.concurrent("that is killed while no worker program serves leaves nothing when the next program has connected", async (context) => {
    const scene = await setUp(context);
    const { expect, admin, startClient, startWorker, makePool } = scene;
    const client = startClient({ leaseMs, processes: 3, call: ["double", [1]] });
    await expect.poll(() => admin.llen("bull:{manyhands}:wait")).toBe(3);
    await client.kill();
    await expect.poll(() => admin.keys("mh:*")).toEqual([]);
    const pool = makePool();
    const call = pool.apply(task("double"), [2] as never);
    await expect.poll(() => admin.llen("bull:{manyhands}:wait")).toBe(1);
    const worker = await startWorker(...threads);
    expect(await call).toBe(4);
    pool.close();
    await pool.join();
    await expect.poll(() => keysOfClients(scene, [worker.id])).toEqual([]);
  });

  it.concurrent("that is killed while no other program is there leaves nothing", async (context) => {
    const scene = await setUp(context);
    const { expect, admin, startClient } = scene;
    const client = startClient({ leaseMs: 1000, processes: 3, call: ["double", [1]] });
    await expect.poll(() => admin.llen("bull:{manyhands}:wait")).toBe(3);
    // A key has no end until the command after the one that made it.
    await expect.poll(() => keysWithoutEnd(scene)).toEqual([]);
    await client.kill();
    await expect.poll(() => admin.keys("*")).toEqual([]);
  });

  it.concurrent("with a short lease leaves the seats of one with a long lease for as long", async (context) => {
    const { expect, admin, startClient } = await setUp(context);
    const wait = "bull:{manyhands}:wait";
    startClient({ leaseMs: 600_000, processes: 1, call: ["double", [1]] });
    await expect.poll(() => admin.pttl(wait)).toBeGreaterThan(300_000);
    const [seat] = await admin.lrange(wait, 0, -1);
    const client = startClient({ leaseMs: 1000, processes: 1, call: ["double", [1]] });
    await expect.poll(() => admin.llen(wait)).toBe(2);
    await client.kill();
    await expect.poll(() => admin.keys("mh:*:client:*")).toHaveLength(1);
    expect(await admin.pttl(wait)).toBeGreaterThan(300_000);
    expect(await admin.pttl(`bull:{manyhands}:${seat}`)).toBeGreaterThan(300_000);
    await expect.poll(() => admin.lrange(wait, 0, -1)).toEqual([seat]);
  });

  it.concurrent("that is killed together with its machine leaves nothing", async (context) => {
    const scene = await setUp(context);
    const { expect, admin, startClient, startWorker } = scene;
    const worker = await startWorker("--lease-ms", "1000", "--cores", "2");
    const file = freshFile();
    const client = startClient({
      leaseMs: 1000,
      processes: 3,
      call: ["noteAndWait", [file, "/never"]],
      bytes: 2_000_000,
    });
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    expect(await admin.keys("mh:*:blob:*")).toHaveLength(1);
    await expect.poll(() => keysWithoutEnd(scene)).toEqual([]);
    await Promise.all([client.kill(), worker.stop()]);
    await expect.poll(() => admin.keys("*")).toEqual([]);
  });

  it.concurrent("that is killed while it waits for the processors of another program leaves nothing", async (context) => {
    const scene = await setUp(context);
    const { expect, admin, startClient, startWorker, makePool } = scene;
    await startWorker();
    const [file, until] = [freshFile(), freshFile()];
    const running = makePool().apply(task("noteAndWait"), [file, until, "finished"] as never);
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    const client = startClient({ leaseMs: 1000, processes: 3, call: ["double", [1]] });
    await expect.poll(() => admin.llen("bull:{manyhands}:wait")).toBe(3);
    await client.kill();
    await expect.poll(() => admin.llen("bull:{manyhands}:wait")).toBe(0);
    await expect.poll(() => admin.keys("mh:*:client:*")).toHaveLength(1);
    writeFileSync(until, "");
    expect(await running).toBe("finished");
  });

  it.concurrent("that is suspended for longer than the lease of the worker program gets the answer", async (context) => {
    const scene = await setUp(context);
    const { expect, admin, startWorker } = scene;
    await startWorker("--lease-ms", "1000");
    const { client, stream, until } = await suspendClient(scene);
    writeFileSync(until, "");
    await expect.poll(() => admin.xlen(stream)).toBeGreaterThan(0);
    // The answer waits for the client.
    expect(await admin.pttl(stream)).toBeGreaterThan(60_000);
    client.signal("SIGCONT");
    await expect.poll(() => client.output).toContain('{"value":"finished"}');
  });

  it.concurrent("whose answer was lost by the server finds out when it has connected again", async (context) => {
    const scene = await setUp(context);
    const { expect, admin, startWorker } = scene;
    await startWorker();
    const { client, stream, until } = await suspendClient(scene);
    await admin.call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes");
    writeFileSync(until, "");
    await expect.poll(() => admin.xlen(stream)).toBeGreaterThan(0);
    await admin.del(stream);
    client.signal("SIGCONT");
    await expect.poll(() => client.output).toContain('"code":"ERR_MANYHANDS_WORKER_DIED"');
  });

  it.concurrent.for([
    [1, { code: "ERR_MANYHANDS_WORKER_DIED" }],
    [2, { value: "again" }],
  ] as const)(
    "that is suspended for longer than its lease settles its call, with %i attempts",
    async ([attempts, outcome], context) => {
      const { expect, startWorker, startClient } = await setUp(context);
      await startWorker();
      const file = freshFile();
      const client = startClient({ leaseMs, processes: 1, call: ["waitOnce", [file]], attempts });
      await expect.poll(() => linesOf(file)).toHaveLength(1);
      client.signal("SIGSTOP");
      const stoppedAt = performance.now();
      await expect.poll(() => isAlive(Number(linesOf(file)[0]))).toBe(false);
      expect(performance.now() - stoppedAt).toBeLessThan(leaseMs + 1000 + slackMs);
      client.signal("SIGCONT");
      await expect.poll(() => client.output).toContain("\n");
      expect(JSON.parse(client.output)).toMatchObject(outcome);
      expect(linesOf(file)).toHaveLength(attempts);
    },
  );

  it.concurrent("that is suspended for less than its lease loses nothing", async (context) => {
    const { expect, startWorker, startClient } = await setUp(context);
    await startWorker(...threads);
    const [file, until] = [freshFile(), freshFile()];
    const client = startClient({ leaseMs: 10_000, processes: 1, call: ["noteAndWait", [file, until, "finished"]] });
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    client.signal("SIGSTOP");
    writeFileSync(until, "");
    await sleep(1500);
    client.signal("SIGCONT");
    await expect.poll(() => client.output).toContain("\n");
    expect(JSON.parse(client.output)).toEqual({ value: "finished" });
  });
});
