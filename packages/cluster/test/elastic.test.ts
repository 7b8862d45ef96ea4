import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cluster } from "@manyhands/cluster";
import { Pool, type PoolOptions } from "@manyhands/process";
import { afterAll, describe, it, type TestContext } from "vitest";
import { endWithFile, killProgram, untilExit } from "./setup/programs.ts";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { repository, TestWorker } from "./setup/worker-program.ts";

const task = (name: string) => ({ module: new URL("fixture/tasks.js", import.meta.url), name }) as never;
const folder = mkdtempSync(join(tmpdir(), "manyhands-elastic-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const freshFile = () => join(folder, String(++files));
const linesOf = (file: string) =>
  existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").filter(Boolean) : [];
const threads = ["--start-method", "thread"];

interface Scene {
  readonly expect: TestContext["expect"];
  readonly redis: TestRedis;
  startWorker(...flags: string[]): Promise<TestWorker>;
  makePool(options?: PoolOptions): Pool;
}

async function setUp({ expect, onTestFinished }: TestContext): Promise<Scene> {
  const redis = await TestRedis.start();
  const workers: TestWorker[] = [];
  const pools: Pool[] = [];
  onTestFinished(async () => {
    await Promise.all(pools.map((pool) => pool[Symbol.asyncDispose]()));
    await Promise.all(workers.map((worker) => worker.stop()));
    await redis.kill();
  });
  return {
    expect,
    redis,
    async startWorker(...flags) {
      const worker = await TestWorker.start(redis.url, ...threads, ...flags);
      workers.push(worker);
      return worker;
    },
    makePool(options = {}) {
      const pool = new Pool({ processes: 1, engine: cluster(redis.url), ...options });
      pools.push(pool);
      return pool;
    },
  };
}

describe.skipIf(serverProgram === undefined)("a pool on a cluster", () => {
  it.concurrent("finishes a map with speculate although a machine hangs, before its lease ends", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    // Longer than the test may take.
    const lease = ["--cores", "1", "--lease-ms", "600000"];
    const workers = [await startWorker(...lease), await startWorker(...lease)];
    const pool = makePool({ processes: 2, graceMs: 200 });
    await expect.poll(() => pool.stats().workers.every(({ state }) => state !== "booting")).toBe(true);
    const items = [1, 2, 3, 4];
    const options = { chunkSize: 1, retry: { attempts: 2 }, speculate: true };
    expect(await pool.map(task("double"), items as never, options)).toEqual([2, 4, 6, 8]);
    const [hanging] = workers;
    await hanging?.suspendedDuring(async () => {
      expect(await pool.map(task("double"), items as never, options)).toEqual([2, 4, 6, 8]);
    });
    expect(pool.stats().died).toBe(0);
  });

  it.concurrent("loses no task of a map when a machine leaves in the middle of it", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    const leaving = await startWorker("--cores", "1");
    const pool = makePool({ processes: 2 });
    const file = freshFile();
    const items = Array.from({ length: 100 }, (_, i) => [file, i]);
    const call = pool.starmap(task("noteSlowly"), items as never, { chunkSize: 1 });
    await expect.poll(() => linesOf(file).length).toBeGreaterThan(5);
    await startWorker("--cores", "1");
    leaving.signal("SIGTERM");
    expect(await leaving.ended()).toBe(0);
    expect(await call).toEqual(items.map(([, i]) => i));
    // Each of them ran once.
    expect(
      linesOf(file)
        .map(Number)
        .sort((a, b) => a - b),
    ).toEqual(items.map(([, i]) => i));
    expect(pool.stats()).toMatchObject({ died: 0, retried: 0 });
  });

  it.concurrent("shares the processors of a machine with the pool of another program", async (context) => {
    const { expect, redis, startWorker } = await setUp(context);
    await startWorker("--cores", "2");
    const startProgram = (file: string, items: number) => {
      const program = `
        import { Pool } from "@manyhands/process";
        import { cluster } from "@manyhands/cluster";
        const pool = new Pool({ processes: 2, engine: cluster("${redis.url}") });
        const items = Array.from({ length: ${items} }, (_, i) => ["${file}", i]);
        const task = { module: new URL("${new URL("fixture/tasks.js", import.meta.url)}"), name: "noteSlowly" };
        await pool.starmap(task, items, { chunkSize: 5 });
        process.exit();
      `;
      const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
        cwd: repository,
        stdio: ["ignore", "ignore", "inherit"],
      });
      endWithFile(child);
      return child;
    };
    const [first, second] = [freshFile(), freshFile()];
    const holder = startProgram(first, 100_000);
    await expect.poll(() => linesOf(first).length).toBeGreaterThan(20);
    const other = startProgram(second, 100);
    await expect.poll(() => linesOf(second).length).toBeGreaterThan(0);
    const before = [linesOf(first).length, linesOf(second).length] as const;
    await untilExit(other);
    const done = [linesOf(first).length - before[0], linesOf(second).length - before[1]] as const;
    const ratio = done[0] / done[1];
    expect(ratio).toBeGreaterThan(1 / 3);
    expect(ratio).toBeLessThan(3);
    await killProgram(holder);
  });

  it.concurrent("gives idle processors to pools that wait, and asks for them again when it has tasks", async (context) => {
    const { expect, redis, startWorker, makePool } = await setUp(context);
    await startWorker("--cores", "2");
    const engine = cluster(redis.url);
    const [one, two] = [makePool({ processes: 2, engine }), makePool({ processes: 2, engine })];
    const three = makePool({ processes: 2 });
    for (const pool of [one, two, three, one]) {
      expect(await pool.map(task("double"), [1, 2, 3, 4] as never, { chunkSize: 1 })).toEqual([2, 4, 6, 8]);
    }
    expect([one, two, three].map((pool) => pool.stats().died)).toEqual([0, 0, 0]);
  });
});
