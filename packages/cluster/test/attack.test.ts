import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterError, cluster, serve } from "@manyhands/cluster";
import { Manager, Pool } from "@manyhands/process";
import { serialize } from "@manyhands/process/engine";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { protocol } from "../src/wire/seat-message.ts";
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
  afterEach(async () => {
    vi.restoreAllMocks();
    await pool[Symbol.asyncDispose]();
  });
  afterAll(async () => {
    attacker.disconnect();
    await worker.stop("SIGTERM");
    await redis.kill();
    rmSync(folder, { recursive: true });
  });

  const streamOf = (address: string) => `mh:{manyhands}:stream:${address}`;

  /** The seat that the pool holds, and its client. The worker program has one core, so there is one. */
  async function heldSeat(): Promise<{ seat: string; client: string }> {
    const [lock] = await attacker.keys("bull:{manyhands}:*:lock");
    const seat = lock?.split(":").at(-2) as string;
    const { client } = JSON.parse((await attacker.hget(`bull:{manyhands}:${seat}`, "data")) as string);
    return { seat, client };
  }

  /** Makes a call. @returns the entries that it sends to the worker program: seat, number, bytes. */
  async function recorded(call: () => Promise<unknown>): Promise<Buffer[][]> {
    const stream = streamOf(worker.id);
    await expect.poll(() => attacker.xlen(stream)).toBe(0);
    const { called, entries } = await worker.suspendedDuring(async () => {
      const called = call();
      await expect.poll(() => attacker.xlen(stream)).toBeGreaterThan(0);
      return { called, entries: await attacker.xrangeBuffer(stream, "-", "+") };
    });
    await called;
    return entries.map(([, fields]) => fields as Buffer[]);
  }

  it("cannot send a task to a seat, nor a changed, moved or truncated one", async () => {
    const file = join(folder, "forged");
    const fileOfTask = join(folder, "sent");
    expect(await pool.apply(task("double"), [1] as never)).toBe(2);
    const stream = streamOf(worker.id);
    const until = join(folder, "until");
    const running = pool.apply(task("noteAndWait"), [fileOfTask, until, "done"] as never);
    await expect.poll(() => existsSync(fileOfTask)).toBe(true);
    const { host } = pool.stats().workers[0] as { host: string };
    expect(host).not.toBeNull();
    const { seat } = await heldSeat();
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
    const stream = streamOf(worker.id);
    const sent: Buffer[][] = [];
    for (const i of [0, 1, 2]) sent.push(...(await recorded(() => pool.apply(task("note"), [file, i] as never))));
    expect(sent.length).toBeGreaterThanOrEqual(3);
    for (const fields of sent) await attacker.xadd(stream, "*", ...(fields as never as [string]));
    for (const [, number, , bytes] of sent) {
      await attacker.xadd(stream, "*", "other-seat", number as Buffer, "b", bytes as Buffer);
    }
    expect(await pool.apply(task("double"), [2] as never)).toBe(4);
    expect(readFileSync(file, "utf8").trim().split("\n")).toEqual(["0", "1", "2"]);
  });

  it("cannot run the tasks of a seat again that has ended, by asking for the seat again", async () => {
    const file = join(folder, "asked-again");
    const stream = streamOf(worker.id);
    const sent: Buffer[][] = [];
    const listener = attacker.duplicate();
    const listened = (async () => {
      let last = "0";
      while (listener.status !== "end") {
        const read = await listener.xreadBuffer("BLOCK", 0, "STREAMS", stream, last).catch(() => null);
        for (const [id, fields] of read?.[0]?.[1] ?? []) {
          last = id.toString();
          sent.push(fields as Buffer[]);
        }
      }
    })();
    await pool.apply(task("note"), [file, "once"] as never);
    const { seat, client } = await heldSeat();
    const data = JSON.parse((await attacker.hget(`bull:{manyhands}:${seat}`, "data")) as string);
    pool.close();
    await pool.join();
    listener.disconnect();
    await listened;
    // The client has left: only the worker program reads a stream.
    await expect.poll(async () => String(await attacker.client("LIST")).match(/cmd=xread/g)).toHaveLength(1);
    await attacker.set(`mh:{manyhands}:client:${client}`, "1");
    const queue = new Queue("{manyhands}", { connection: attacker as never });
    await queue.add(data.name, data, { jobId: seat, removeOnComplete: true });
    // The worker program reports that it has the seat.
    await expect.poll(() => attacker.xlen(streamOf(client))).toBe(1);
    // The boot message and the task; without the message by which the worker left.
    const own = sent.filter(([name]) => String(name) === seat).slice(0, 2);
    for (const fields of own) await attacker.xadd(stream, "*", ...(fields as never as [string]));
    await expect.poll(() => attacker.xlen(stream)).toBe(0);
    expect(await attacker.xlen(streamOf(client))).toBe(1);
    await attacker.del(`mh:{manyhands}:client:${client}`, streamOf(client));
    await using next = new Pool({ processes: 1, engine: cluster(redis.url, { authKey }) });
    expect(await next.apply(task("double"), [2] as never)).toBe(4);
    expect(readFileSync(file, "utf8")).toBe("once\n");
    await queue.close();
  });

  it("cannot answer a call; the program warns of it once", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    expect(await pool.apply(task("double"), [1] as never)).toBe(2);
    const { seat, client } = await heldSeat();
    const answers = Array.from({ length: 200 }, (_, id) => serialize({ message: [id, 0, "forged"] }));
    for (const answer of answers) {
      await attacker.xadd(streamOf(client), "*", seat, "5", "b", Buffer.concat([Buffer.alloc(32), answer]));
    }
    // The client reads this answer after those.
    expect(await pool.apply(task("double"), [2] as never)).toBe(4);
    const warnings = warned.mock.calls.map(([warning]) => String(warning)).filter((text) => /sealed/.test(text));
    expect(warnings).toEqual([expect.stringContaining("was not sealed with this program's authKey; it was ignored")]);
  });

  it("cannot change a large value that is stored for a task", async () => {
    expect(await pool.apply(task("double"), [1] as never)).toBe(2);
    const blobs = () => attacker.keys("mh:*:blob:*");
    const call = await worker.suspendedDuring(async () => {
      const sent = pool.apply(task("lengthWith"), [new Uint8Array(2_000_000), 0] as never);
      await expect.poll(blobs).toHaveLength(1);
      const [blob] = await blobs();
      await attacker.set(blob as string, serialize(new Uint8Array(1)));
      return { sent };
    });
    // The worker ends without having run the task, and the value is stored again for the next one.
    expect(await call.sent).toBe(2_000_000);
    expect(pool.stats().died).toBe(1);
  });

  it("cannot take a core by a request of its own", async () => {
    const queue = new Queue("{manyhands}", { connection: attacker as never });
    await attacker.set("mh:{manyhands}:client:evil", "1");
    await queue.add("evil", { protocol, client: "evil", name: "evil", host: "evil", proof: "AAAA" }, { jobId: "evil" });
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

  it("and a client with another key gets no worker, and a ClusterError", async () => {
    vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await using other = new Pool({
      processes: 1,
      engine: cluster(redis.url, { authKey: "another key of the same size" }),
    });
    const error = await other.apply(task("double"), [1] as never).catch((reason) => reason);
    expect(error).toMatchObject({ name: "ClusterError", code: "ERR_MANYHANDS_CLUSTER" });
    expect(error).toBeInstanceOf(ClusterError);
    expect(error.message).toMatch(/: 1 of its worker programs has another authKey; give both sides the same$/);
  });
});
