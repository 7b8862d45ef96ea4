import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cluster } from "@manyhands/cluster";
import { Pool, type PoolOptions, WorkerDiedError } from "@manyhands/process";
import { Redis } from "ioredis";
import { afterAll, describe, it, type TestContext } from "vitest";
import { endWithFile, killProgram } from "./setup/programs.ts";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { repository, TestWorker } from "./setup/worker-program.ts";

/** The lease in tests that wait for its end. A busy machine must not miss to renew it, so it is not shorter. */
const leaseMs = 4000;
/** How much later than it should a busy machine may do something, in milliseconds. */
const slackMs = 8000;
const task = (name: string) => ({ module: new URL("fixture/tasks.js", import.meta.url), name }) as never;
const folder = mkdtempSync(join(tmpdir(), "manyhands-faults-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;
const freshFile = () => join(folder, String(++files));
const linesOf = (file: string) =>
  existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").filter(Boolean) : [];
const isAlive = (pid: number) => {
  try {
    // A process that has exited and was not reaped yet counts as exited.
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
};

const isSkipped = serverProgram === undefined || process.platform !== "linux";

/** What a test has. Some tests run at the same time, as they wait for leases most of the time. */
interface Scene {
  /** That of the test: the global one does not know which of them calls it. */
  readonly expect: TestContext["expect"];
  readonly redis: TestRedis;
  /** Starts a worker program of one core. @param flags its flags. */
  startWorker(...flags: string[]): Promise<TestWorker>;
  makePool(options?: PoolOptions): Pool;
}

const threads = ["--start-method", "thread"];
const shortLease = ["--lease-ms", String(leaseMs)];

async function setUp({ expect, onTestFinished }: TestContext): Promise<Scene> {
  const redis = await TestRedis.start();
  const workers: TestWorker[] = [];
  const pools: Pool[] = [];
  // Pools first: without its worker program, a pool waits for the end of the lease.
  onTestFinished(async () => {
    await Promise.all(pools.map((pool) => pool[Symbol.asyncDispose]()));
    await Promise.all(workers.map((worker) => worker.stop()));
    await redis.kill();
  });
  return {
    expect,
    redis,
    async startWorker(...flags) {
      const worker = TestWorker.launch(redis.url, "--cores", "1", ...flags);
      workers.push(worker);
      await worker.isServing();
      return worker;
    },
    makePool(options = {}) {
      const pool = new Pool({ processes: 1, engine: cluster(redis.url), ...options });
      pools.push(pool);
      return pool;
    },
  };
}

describe.skipIf(isSkipped)("a pool on a cluster whose machine is lost", () => {
  it.concurrent("whose machine is killed reports the task as lost within the lease and a second, and runs the next elsewhere", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    const worker = await startWorker(...shortLease, ...threads);
    const pool = makePool();
    const [file, until] = [freshFile(), freshFile()];
    const lost = pool.apply(task("noteAndWait"), [file, until, 1] as never).catch((error) => error);
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    worker.signal("SIGKILL");
    const killedAt = performance.now();
    const error = await lost;
    expect(performance.now() - killedAt).toBeLessThan(leaseMs + 1000 + slackMs);
    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error.message).toMatch(
      / on \S+\) was lost while it had apply\(noteAndWait\), which may have run: .*its lease ended/,
    );
    expect(linesOf(file)).toHaveLength(1);
    await startWorker(...threads);
    expect(await pool.apply(task("double"), [4] as never)).toBe(8);
    expect(pool.stats()).toMatchObject({ died: 1, state: "open" });
  });

  it.concurrent("runs the task of a killed machine again with retry", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    const worker = await startWorker(...shortLease, ...threads);
    const pool = makePool();
    const file = freshFile();
    const call = pool.apply(task("waitOnce"), [file] as never, { retry: { attempts: 2 } });
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    await startWorker(...threads);
    worker.signal("SIGKILL");
    expect(await call).toBe("again");
    expect(pool.stats()).toMatchObject({ died: 1, retried: 1 });
  });

  it.concurrent("loses a machine that is suspended for longer than its lease, whose process is ended when it goes on", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    const worker = await startWorker(...shortLease);
    const pool = makePool();
    const [file, until] = [freshFile(), freshFile()];
    const lost = pool.apply(task("noteAndWait"), [file, until, 1] as never).catch((error) => error);
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    worker.signal("SIGSTOP");
    expect(await lost).toBeInstanceOf(WorkerDiedError);
    worker.signal("SIGCONT");
    await expect.poll(() => isAlive(Number(linesOf(file)[0]))).toBe(false);
    // It serves again.
    expect(await pool.apply(task("double"), [4] as never)).toBe(8);
  });
});

describe.skipIf(isSkipped)("a pool on a cluster whose Redis is away", () => {
  it.concurrent("goes on when its Redis is away for less than the lease and comes back with what it had", async (context) => {
    const { expect, redis, startWorker, makePool } = await setUp(context);
    await startWorker(...threads);
    const pool = makePool();
    expect(await pool.apply(task("double"), [1] as never)).toBe(2);
    let call: Promise<unknown> | undefined;
    await redis.suspendedDuring(async () => {
      call = pool.apply(task("double"), [2] as never);
      await sleep(500);
    });
    expect(await call).toBe(4);
    expect(pool.stats().died).toBe(0);
  });

  it.concurrent.for([0, 1.5 * leaseMs])(
    "goes on when its Redis is killed and comes back empty after %i ms",
    async (awayMs, context) => {
      const { expect, redis, startWorker, makePool } = await setUp(context);
      await startWorker(...shortLease);
      const pool = makePool();
      const [file, until] = [freshFile(), freshFile()];
      const lost = pool.apply(task("noteAndWait"), [file, until, 1] as never).catch((error) => error);
      await expect.poll(() => linesOf(file)).toHaveLength(1);
      await redis.kill();
      const queued = pool.map(task("double"), [1, 2, 3] as never);
      await sleep(awayMs);
      await redis.restart();
      expect(await lost).toBeInstanceOf(WorkerDiedError);
      expect(await queued).toEqual([2, 4, 6]);
      await expect.poll(() => isAlive(Number(linesOf(file)[0]))).toBe(false);
      expect(linesOf(file)).toHaveLength(1);
    },
  );
});

describe.skipIf(isSkipped)("a pool on a cluster", () => {
  it.concurrent("whose program is killed leaves no process after its lease, and nothing in the Redis", async (context) => {
    const { expect, redis, startWorker } = await setUp(context);
    const worker = await startWorker();
    const file = freshFile();
    const program = `
      import { Pool } from "@manyhands/process";
      import { cluster } from "@manyhands/cluster";
      const pool = new Pool({ processes: 2, engine: cluster("${redis.url}", { leaseMs: ${leaseMs} }) });
      await pool.apply({ module: new URL("${new URL("fixture/tasks.js", import.meta.url)}"), name: "noteAndWait" }, ["${file}", "/never", 1]);
    `;
    const client = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: repository,
      stdio: ["ignore", "ignore", "inherit"],
    });
    endWithFile(client);
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    await killProgram(client);
    const killedAt = performance.now();
    await expect.poll(() => isAlive(Number(linesOf(file)[0]))).toBe(false);
    expect(performance.now() - killedAt).toBeLessThan(leaseMs + 1000 + slackMs);
    const watcher = new Redis(redis.url);
    context.onTestFinished(() => watcher.disconnect());
    await expect
      .poll(async () =>
        (await watcher.keys("mh:*")).filter((key) => !/:workers$/.test(key) && !key.endsWith(`:${worker.id}`)),
      )
      .toEqual([]);
    // The worker program took the seat that was waiting, and dropped it.
    await expect.poll(() => watcher.llen("bull:manyhands:wait")).toBe(0);
    await expect.poll(() => watcher.llen("bull:manyhands:active")).toBe(0);
  });

  it.concurrent("gives up a task that ends its worker in each attempt, on two machines, and goes on", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    await Promise.all([startWorker(), startWorker()]);
    const pool = makePool({ processes: 2 });
    const file = freshFile();
    const others = pool.map(task("double"), Array.from({ length: 200 }, (_, i) => i) as never, { chunkSize: 1 });
    const error = await pool
      .apply(task("exitAlways"), [file] as never, { retry: { attempts: 3 } })
      .catch((reason) => reason);
    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error.message).toContain("Gave up apply(exitAlways) after 3 attempts");
    expect(error.exitCode).toBe(9);
    expect(linesOf(file)).toHaveLength(3);
    expect(await others).toHaveLength(200);
    expect(pool.stats()).toMatchObject({ died: 3, retried: 2 });
  });

  it.concurrent("has workers that join in the middle of a map", async (context) => {
    const { expect, startWorker, makePool } = await setUp(context);
    await startWorker(...threads);
    const pool = makePool({ processes: 2 });
    const until = freshFile();
    const [first, second] = [freshFile(), freshFile()];
    const waiting = pool.starmap(
      task("noteAndWait"),
      [
        [first, until, 1],
        [second, until, 2],
      ] as never,
      { chunkSize: 1 },
    );
    await expect.poll(() => linesOf(first)).toHaveLength(1);
    expect(linesOf(second)).toHaveLength(0);
    await startWorker(...threads);
    await expect.poll(() => linesOf(second)).toHaveLength(1);
    writeFileSync(until, "");
    expect(await waiting).toEqual([1, 2]);
  });
});
