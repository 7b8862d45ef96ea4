import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterError, cluster, serve } from "@manyhands/cluster";
import { Manager, Pool } from "@manyhands/process";
import { serialize } from "@manyhands/process/engine";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { TestWorker } from "./setup/worker-program.ts";

const authKey = "a key that only the cluster has";
const task = (name: string) => ({ module: new URL("fixture/tasks.js", import.meta.url), name }) as never;

it.each(["redis://10.0.0.1:6379", "rediss://redis.example:6379"])(
  "without a key, cluster() and serve() refuse %s, which other machines can reach",
  async (url) => {
    const message = /without a key, only a Redis on this machine is used; give both sides the same authKey$/;
    expect(() => cluster(url)).toThrow(ClusterError);
    expect(() => cluster(url)).toThrow(message);
    await expect(serve(url)).rejects.toThrow(message);
    expect(() => cluster(url, { authKey })).not.toThrow();
  },
);

describe.skipIf(serverProgram === undefined)("a program that writes to the Redis without the key", () => {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-attack-"));
  let redis: TestRedis;
  let worker: TestWorker;
  let attacker: Redis;
  let pool: Pool;
  beforeAll(async () => {
    redis = await TestRedis.start();
    const keyFile = join(folder, "key");
    writeFileSync(keyFile, `${authKey}\n`);
    worker = await TestWorker.start(redis.url, "--cores", "1", "--auth-key-file", keyFile, "--allow-code");
    attacker = new Redis(redis.url);
  });
  beforeEach(() => {
    pool = new Pool({ processes: 1, engine: cluster(redis.url, { authKey }) });
  });
  afterEach(() => pool[Symbol.asyncDispose]());
  afterAll(async () => {
    attacker.disconnect();
    await worker.stop("SIGTERM");
    await redis.kill();
    rmSync(folder, { recursive: true });
  });

  /** The stream of the worker program, or of the client. */
  async function streamOf(side: "worker" | "client"): Promise<string> {
    const client = (await attacker.keys("mh:{manyhands}:client:*"))[0]?.split(":").at(-1);
    if (side === "client") return `mh:{manyhands}:stream:${client}`;
    const id = /Worker (\S+) serves/.exec(worker.output)?.[1];
    return `mh:{manyhands}:stream:${id}`;
  }

  /** Records the entries that are added to a stream while an action runs: seat, number, bytes. */
  async function recorded(stream: string, action: () => Promise<unknown>): Promise<Buffer[][]> {
    const entries: Buffer[][] = [];
    // The worker program deletes what it has read, so this reads without a pause.
    const reader = new Redis(redis.url);
    let isOver = false;
    const reading = (async () => {
      const seen = new Set<string>();
      while (!isOver) {
        for (const [id, fields] of await reader.xrangeBuffer(stream, "-", "+")) {
          if (seen.has(String(id))) continue;
          seen.add(String(id));
          entries.push(fields as Buffer[]);
        }
      }
    })();
    await action();
    isOver = true;
    await reading;
    reader.disconnect();
    return entries;
  }

  it("cannot send a task to a seat, nor a changed, moved or truncated one", async () => {
    const file = join(folder, "forged");
    const fileOfTask = join(folder, "sent");
    expect(await pool.apply(task("double"), [1] as never)).toBe(2);
    const stream = await streamOf("worker");
    const until = join(folder, "until");
    const running = pool.apply(task("noteAndWait"), [fileOfTask, until, "done"] as never);
    await expect.poll(() => existsSync(fileOfTask)).toBe(true);
    const { host } = pool.stats().workers[0] as { host: string };
    expect(host).not.toBeNull();
    const [job] = await attacker.keys("bull:manyhands:*:lock");
    const seat = job?.split(":").at(-2) as string;
    const packed = { by: "reference", module: new URL("fixture/tasks.js", import.meta.url).href, name: "note" };
    const message = {
      message: {
        type: "run",
        tasks: [[999, 999, [file, "forged"]]],
        functions: [[999, packed]],
        values: [],
        forget: [],
      },
    };
    const forged = Buffer.concat([Buffer.alloc(32), serialize(message)]);
    for (const bytes of [forged, forged.subarray(0, 40), forged.subarray(0, 3), Buffer.alloc(0)]) {
      for (const number of ["1", "2", "3", "4", "5", "-1", "x"])
        await attacker.xadd(stream, "*", seat, number, "b", bytes);
    }
    await attacker.xadd(stream, "*", seat, "4");
    writeFileSync(until, "");
    expect(await running).toBe("done");
    expect(await pool.apply(task("double"), [4] as never)).toBe(8);
    expect(existsSync(file)).toBe(false);
  });

  it("cannot run a task again by sending its message again, to its seat or to another one", async () => {
    const file = join(folder, "replayed");
    await pool.apply(task("double"), [1] as never);
    const stream = await streamOf("worker");
    const sent = await recorded(stream, async () => {
      for (let i = 0; i < 20; i++) await pool.apply(task("note"), [file, i] as never);
    });
    expect(sent.length).toBeGreaterThan(0);
    for (const fields of sent) await attacker.xadd(stream, "*", ...(fields as never as [string]));
    for (const [, number, , bytes] of sent) {
      await attacker.xadd(stream, "*", "other-seat", number as Buffer, "b", bytes as Buffer);
    }
    expect(await pool.apply(task("double"), [2] as never)).toBe(4);
    expect(readFileSync(file, "utf8").trim().split("\n")).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
  });

  it("cannot answer a call; the program warns of it once", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    expect(await pool.apply(task("double"), [1] as never)).toBe(2);
    const stream = await streamOf("client");
    const [job] = await attacker.keys("bull:manyhands:*:lock");
    const seat = job?.split(":").at(-2) as string;
    const answers = Array.from({ length: 200 }, (_, id) => serialize({ message: [id, 0, "forged"] }));
    for (const answer of answers) {
      await attacker.xadd(stream, "*", seat, "5", "b", Buffer.concat([Buffer.alloc(32), answer]));
    }
    expect(await pool.apply(task("double"), [2] as never)).toBe(4);
    await expect.poll(() => warned.mock.calls.length).toBe(1);
    expect(String(warned.mock.calls[0]?.[0])).toContain("was not sealed with this program's authKey; it was ignored");
    warned.mockRestore();
  });

  it("cannot take a core by a request of its own", async () => {
    const queue = new Queue("manyhands", { connection: attacker as never });
    await attacker.set("mh:{manyhands}:client:evil", "1");
    await queue.add(
      "evil",
      { protocol: 1, client: "evil", name: "evil", host: "evil", proof: "AAAA" },
      { jobId: "evil" },
    );
    await expect
      .poll(() => worker.output)
      .toMatch(/A seat of evil on evil is left to other .*: its authKey is another/);
    expect(await pool.apply(task("double"), [3] as never)).toBe(6);
    await expect.poll(() => queue.remove("evil")).toBe(1);
    await attacker.del("mh:{manyhands}:client:evil");
    await queue.close();
  });

  it("while a task may use a manager that has the cluster's key", async () => {
    const interfaces = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    const host = interfaces.find(({ internal }) => !internal)?.address;
    if (host === undefined) return;
    await using manager = new Manager({ address: { host, port: 0 }, authKey: Buffer.from(authKey) });
    await manager.start();
    const dict = await manager.dict({ a: 1 });
    expect(await pool.apply((there) => there.get("a"), [dict])).toBe(1);
  });

  it("and a client with another key is left waiting, and is notified why", async () => {
    const other = new Pool({
      processes: 1,
      engine: cluster(redis.url, { authKey: "another key of the same size", seatWaitMs: 1500 }),
    });
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const error = await other.apply(task("double"), [1] as never).catch((reason) => reason);
    expect(error).toMatchObject({ name: "ClusterError", code: "ERR_MANYHANDS_CLUSTER" });
    expect(error).toBeInstanceOf(ClusterError);
    expect(error.message).toContain('No worker program has served the cluster "manyhands" at redis://127.0.0.1');
    await other[Symbol.asyncDispose]();
    warned.mockRestore();
  });
});
