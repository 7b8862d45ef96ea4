import { cluster } from "@manyhands/cluster";
import { CloneError, Pool, type PoolOptions } from "@manyhands/process";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { TestWorker } from "./setup/worker-program.ts";

const task = (name: string) => ({ module: new URL("fixture/tasks.js", import.meta.url), name }) as never;
const megabytes = 4_000_000;
/** Bytes that no other value has. */
let fill = 0;
const largeBytes = () => new Uint8Array(megabytes).fill(++fill);

describe.skipIf(serverProgram === undefined)("a large value", () => {
  let redis: TestRedis;
  let watcher: Redis;
  let workers: TestWorker[];
  const pools: Pool[] = [];
  const makePool = (options: PoolOptions = {}) => {
    const pool = new Pool({ processes: 4, engine: cluster(redis.url), ...options });
    pools.push(pool);
    return pool;
  };
  beforeAll(async () => {
    redis = await TestRedis.start({ args: ["--proto-max-bulk-len", "8mb"] });
    watcher = new Redis(redis.url);
    const startWorker = () => TestWorker.start(redis.url, "--cores", "2", "--start-method", "thread");
    workers = await Promise.all([startWorker(), startWorker()]);
  });
  afterEach(() => Promise.all(pools.splice(0).map((pool) => pool[Symbol.asyncDispose]())));
  afterAll(async () => {
    watcher.disconnect();
    await Promise.all(workers.map((worker) => worker.stop("SIGTERM")));
    await redis.kill();
  });

  const blobs = () => watcher.keys("mh:*:blob:*");
  /** How many times 4 MB the Redis has received and sent. */
  async function traffic(): Promise<[received: number, sent: number]> {
    const info = await watcher.info("stats");
    const read = (name: string) => Number(new RegExp(`${name}:(\\d+)`).exec(info)?.[1]) / megabytes;
    return [read("total_net_input_bytes"), read("total_net_output_bytes")];
  }
  /** How many times 4 MB an action sends to the Redis, and from there. */
  async function sentBy(action: () => Promise<unknown>): Promise<[received: number, sent: number]> {
    const [received, sent] = await traffic();
    await action();
    const [receivedAfter, sentAfter] = await traffic();
    return [receivedAfter - received, sentAfter - sent];
  }
  const allReady = (pool: Pool) =>
    expect.poll(() => pool.stats().workers.filter(({ state }) => state !== "booting")).toHaveLength(4);

  it("that all items of a map have is sent once, and once to each machine", async () => {
    const pool = makePool();
    await allReady(pool);
    const bytes = largeBytes();
    const items = Array.from({ length: 40 }, (_, i) => [bytes, i]);
    const [received, sent] = await sentBy(async () => {
      expect(await pool.map(task("lengthOf"), items as never, { chunkSize: 1 })).toEqual(
        items.map(([, i]) => megabytes + Number(i)),
      );
    });
    expect(received).toBeLessThan(1.5);
    expect(sent).toBeLessThan(2.5);
  });

  it("is recognised by its content, beside other arguments of other calls", async () => {
    const pool = makePool();
    await allReady(pool);
    const bytes = largeBytes();
    const [received, sent] = await sentBy(async () => {
      for (let i = 0; i < 6; i++) {
        expect(await pool.apply(task("lengthWith"), [bytes.slice(), i] as never)).toBe(megabytes + i);
      }
    });
    expect(received).toBeLessThan(1.5);
    expect(sent).toBeLessThan(2.5);
    expect(await blobs()).toHaveLength(1);
  });

  it("in initArgs is sent once for all workers, and kept for no longer than the lease", async () => {
    const [received, sent] = await sentBy(async () => {
      const pool = makePool({ initializer: task("keep"), initArgs: [largeBytes()] });
      await allReady(pool);
      expect(await pool.apply(task("keptLength"), [] as never)).toBe(megabytes);
    });
    expect(received).toBeLessThan(1.5);
    expect(sent).toBeLessThan(2.5);
    const [blob] = await blobs();
    expect(await watcher.pttl(blob as string)).toBeGreaterThan(0);
  });

  it("is not in the Redis any more when its pool has ended", async () => {
    const pool = makePool();
    await pool.apply(task("lengthWith"), [largeBytes(), 0] as never);
    await pool[Symbol.asyncDispose]();
    await expect.poll(blobs).toEqual([]);
  });

  it("is stored again when the Redis has lost it", async () => {
    const pool = makePool({ processes: 1 });
    expect(await pool.apply(task("double"), [1] as never)).toBe(2);
    for (const worker of workers) worker.signal("SIGSTOP");
    const call = pool.apply(task("lengthWith"), [largeBytes(), 1] as never);
    await expect.poll(blobs).toHaveLength(1);
    await watcher.del(...(await blobs()));
    for (const worker of workers) worker.signal("SIGCONT");
    expect(await call).toBe(megabytes + 1);
  });

  it("larger than the Redis takes is refused with its size, as argument, as result and in initArgs", async () => {
    const pool = makePool({ processes: 1 });
    const fix = /send it in parts, or send the name of a file that the machines share, or raise proto-max-bulk-len/;
    const large = new Uint8Array(10 * 2 ** 20);
    const sent = await pool.apply(task("lengthWith"), [large, 0] as never).catch((error) => error);
    expect(sent).toBeInstanceOf(CloneError);
    expect(sent.message).toMatch(/^Cannot send a value of 11 MB over the cluster: its Redis takes 8 MB at most; /);
    expect(sent.message).toMatch(fix);
    const returned = await pool.apply(task("bytesOf"), [large.length] as never).catch((error) => error);
    expect(returned).toBeInstanceOf(CloneError);
    expect(returned.message).toMatch(/^Cannot send a result of 11 MB over the cluster: its Redis takes 8 MB at most; /);
    expect(await pool.apply(task("double"), [4] as never)).toBe(8);
    const broken = makePool({ processes: 1, initializer: task("keep"), initArgs: [large] });
    await expect(broken.apply(task("double"), [1] as never)).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringMatching(fix) }),
    });
  });
});
