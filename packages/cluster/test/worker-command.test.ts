import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClusterError, cluster } from "@manyhands/cluster";
import { workerCommand } from "@manyhands/cluster/command";
import { Pool } from "@manyhands/process";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { TestWorker } from "./setup/worker-program.ts";

const task = (name: string) => ({ module: new URL("fixture/tasks.js", import.meta.url), name }) as never;

describe("manyhands worker", () => {
  it.each<[string[], number, RegExp]>([
    [["--help"], 0, /^Usage: manyhands worker .*--allow-code/s],
    [["--cores", "many"], 2, /"many" is not a whole number ≥ 1/],
    [["--core", "2"], 2, /--core.*Did you mean --cores/s],
    [["--start-method", "rocket"], 2, /"rocket" is none of thread, spawn/],
    [["--name", "a:b"], 1, /name is a:b, write letters, digits/],
    [["--connect", "http://host"], 1, /the URL is http:\/\/host, write redis:\/\/HOST:PORT/],
    [["--connect", "redis://10.0.0.1"], 1, /without a key, only a Redis on this machine is used/],
    [["--auth-key-file", "/no/such/file"], 2, /no such file/],
    [["--auth-key-file", "/dev/null"], 1, /^Cannot use authKey: it is no text or bytes of 16 or more/],
    [["--lease-ms", "3000000000"], 1, /leaseMs is 3000000000, write whole milliseconds, from 1000 to 2147483647/],
  ])("%o ends with exit code %i", async (flags, code, output) => {
    let written = "";
    const stream = { write: (text: string) => (written += text) };
    const words = ["--connect", "redis://127.0.0.1:1", ...flags];
    expect(await workerCommand(words, { stdout: stream, stderr: stream })).toBe(code);
    expect(written).toMatch(output);
  });
});

describe.skipIf(serverProgram === undefined)("a worker program", () => {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-worker-"));
  let redis: TestRedis;
  const workers: TestWorker[] = [];
  const startWorker = async (...flags: string[]) => {
    const worker = await TestWorker.start(redis.url, "--cores", "1", ...flags);
    workers.push(worker);
    return worker;
  };
  beforeEach(async () => {
    redis = await TestRedis.start();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(workers.splice(0).map((worker) => worker.stop()));
    await redis.kill();
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("at SIGTERM lets the running task end, takes no more, and leaves nothing in the Redis", async () => {
    const worker = await startWorker();
    await using pool = new Pool({ processes: 1, engine: cluster(redis.url) });
    const [file, until] = [join(folder, "running"), join(folder, "until")];
    const running = pool.apply(task("noteAndWait"), [file, until, "finished"] as never);
    await expect.poll(() => existsSync(file)).toBe(true);
    worker.signal("SIGTERM");
    await expect.poll(() => worker.output).toContain("takes no more tasks; 1 of its seats are in use");
    const next = pool.apply(task("double"), [2] as never);
    writeFileSync(until, "");
    expect(await running).toBe("finished");
    expect(await worker.ended()).toBe(0);
    const other = await startWorker();
    expect(await next).toBe(4);
    expect(pool.stats()).toMatchObject({ died: 0, recycled: 1 });
    pool.close();
    await pool.join();
    await other.stop("SIGTERM");
    const client = new Redis(redis.url);
    await expect.poll(() => client.keys("mh:*")).toEqual([]);
    expect(await client.llen("bull:{manyhands}:wait")).toBe(0);
    expect(await client.llen("bull:{manyhands}:active")).toBe(0);
    client.disconnect();
  });

  it("at SIGTERM gives back a seat at once that it has asked for before", async () => {
    const worker = await startWorker("--cores", "2");
    await using pool = new Pool({ processes: 1, engine: cluster(redis.url) });
    const [file, until] = [join(folder, "first"), join(folder, "first-until")];
    const running = pool.apply(task("noteAndWait"), [file, until, "finished"] as never);
    await expect.poll(() => existsSync(file)).toBe(true);
    worker.signal("SIGTERM");
    await expect.poll(() => worker.output).toContain("takes no more tasks; 1 of its seats are in use");
    await using second = new Pool({ processes: 1, engine: cluster(redis.url) });
    const [otherFile, otherUntil] = [join(folder, "second"), join(folder, "second-until")];
    const waiting = second.apply(task("noteAndWait"), [otherFile, otherUntil, "elsewhere"] as never);
    const client = new Redis(redis.url);
    const seats = async () => [
      await client.llen("bull:{manyhands}:wait"),
      await client.llen("bull:{manyhands}:active"),
    ];
    await expect.poll(async () => (await seats()).reduce((sum, count) => sum + count)).toBe(2);
    client.disconnect();
    writeFileSync(until, "");
    expect(await running).toBe("finished");
    expect(await worker.ended()).toBe(0);
    expect(existsSync(otherFile)).toBe(false);
    await startWorker();
    writeFileSync(otherUntil, "");
    expect(await waiting).toBe("elsewhere");
  });

  it("of another name does not serve a cluster, and a pool that is not served says so and rejects", async () => {
    await startWorker("--name", "other");
    vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const started = performance.now();
    await using pool = new Pool({ processes: 1, engine: cluster(redis.url, { seatWaitMs: 500 }) });
    const error = await pool.apply(task("double"), [1] as never).catch((reason) => reason);
    expect(performance.now() - started).toBeGreaterThan(499);
    expect(error).toBeInstanceOf(ClusterError);
    expect(error.message).toMatch(
      /No worker program has served the cluster "manyhands" at redis:\S+ for \d+ s; run npx manyhands worker --connect redis:/,
    );
    await using named = new Pool({ processes: 1, engine: cluster(redis.url, { name: "other" }) });
    expect(await named.apply(task("double"), [1] as never)).toBe(2);
  });

  it("runs no code without --allow-code: the call fails, and the pool goes on", async () => {
    await startWorker();
    await using pool = new Pool({ processes: 1, engine: cluster(redis.url) });
    await expect(pool.apply(() => 1)).rejects.toMatchObject({
      code: "ERR_MANYHANDS_TARGET",
      message: expect.stringContaining("start the worker program with --allow-code"),
    });
    expect(await pool.apply(task("double"), [3] as never)).toBe(6);
  });

  it("refuses a Redis that may evict keys, and so does a pool", async () => {
    const evicting = await TestRedis.start({ args: ["--maxmemory-policy", "allkeys-lru"] });
    const message = /its maxmemory-policy is allkeys-lru.*set maxmemory-policy to noeviction there/;
    const worker = TestWorker.launch(evicting.url);
    expect(await worker.ended()).toBe(1);
    expect(worker.output).toMatch(message);
    vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    await using pool = new Pool({ processes: 1, engine: cluster(evicting.url) });
    const error = await pool.apply(task("double"), [1] as never).catch((reason) => reason);
    expect(error).toBeInstanceOf(ClusterError);
    expect(error.message).toMatch(message);
  });
});
