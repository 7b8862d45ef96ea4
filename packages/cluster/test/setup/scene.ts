import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ClusterOptions, cluster } from "@manyhands/cluster";
import { Pool, type PoolOptions } from "@manyhands/process";
import { Redis } from "ioredis";
import { afterAll, type TestContext } from "vitest";
import { ClientProgram } from "./client-program.ts";
import { TestLine } from "./line.ts";
import { type ServerOptions, TestRedis } from "./redis.ts";
import { TestWorker } from "./worker-program.ts";

/** The lease in tests that wait for its end. A busy machine must not miss to renew it, so it is not shorter. */
export const leaseMs = 3000;
/** How much later than it should a busy machine may do something, in milliseconds. */
export const slackMs = 20_000;
export const threads = ["--start-method", "thread"];
export const shortLease = ["--lease-ms", String(leaseMs)];
/** The lease in tests of outages that end before it, however slow the machine is. */
export const longLeaseMs = 200_000;
export const longLease = ["--lease-ms", String(longLeaseMs)];

const tasks = new URL("../fixture/tasks.js", import.meta.url);
const faultTasks = new URL("../fixture/fault-tasks.js", import.meta.url);

/** An export of the tests' module of tasks. */
export const task = (name: string) => ({ module: tasks, name }) as never;

/** An export of the module of tasks of the tests of faults. */
export const faultTask = (name: string) => ({ module: faultTasks, name }) as never;

const folder = mkdtempSync(join(tmpdir(), "manyhands-faults-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** The path of a file that does not exist yet. */
export const freshFile = () => join(folder, String(++files));

/** The path of a file with a key. */
export function keyFile(key: string): string {
  const file = freshFile();
  writeFileSync(file, `${key}\n`);
  return file;
}

/** The lines that tasks have written to a file. */
export const linesOf = (file: string) =>
  existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").filter(Boolean) : [];

/** Whether a process runs. One that has exited and was not reaped yet does not. */
export function isAlive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

/** What a test has. Some tests run at the same time, as they wait for leases most of the time. */
export interface Scene {
  /** That of the test: the global one does not know which of them calls it. */
  readonly expect: TestContext["expect"];
  readonly redis: TestRedis;
  /** A connection to the Redis, for what an operator does. */
  readonly admin: Redis;
  /** Starts a worker program of one core. @param flags its flags. */
  startWorker(...flags: string[]): Promise<TestWorker>;
  /** Starts a worker program of one core at a URL. */
  startWorkerAt(url: string, ...flags: string[]): Promise<TestWorker>;
  /** Starts a worker program of one core at a URL. @param node the words of the command that is its Node. */
  startWorkerBy(node: readonly string[], url: string, ...flags: string[]): Promise<TestWorker>;
  makePool(options?: PoolOptions): Pool;
  /** Makes a pool of one worker. */
  makePoolAt(url: string, options?: PoolOptions, clusterOptions?: ClusterOptions): Pool;
  /** Starts a line to the Redis. */
  startLine(): Promise<TestLine>;
  /** Starts a replica of the Redis. @returns it and a connection to it. */
  startReplica(): Promise<{ replica: TestRedis; replicaAdmin: Redis }>;
  /** Starts a program with a pool that calls a task of the tests. */
  startClient(options: ConstructorParameters<typeof ClientProgram>[1]): ClientProgram;
}

/** Kills a worker program while it runs a task of a pool, and lets another one run the task again. */
export async function killDuringTask({ expect, startWorker }: Scene, worker: TestWorker, pool: Pool): Promise<void> {
  const file = freshFile();
  const call = pool.apply(task("waitOnce"), [file] as never, { retry: { attempts: 2 } });
  await expect.poll(() => linesOf(file)).toHaveLength(1);
  await startWorker(...threads);
  worker.signal("SIGKILL");
  expect(await call).toBe("again");
}

/** Starts a Redis for a test, and ends everything when the test has ended. */
export async function setUp({ expect, onTestFinished }: TestContext, server: ServerOptions = {}): Promise<Scene> {
  const redis = await TestRedis.start(server);
  const workers: TestWorker[] = [];
  const pools: Pool[] = [];
  const clients: ClientProgram[] = [];
  const lines: TestLine[] = [];
  const servers = [redis];
  const admins: Redis[] = [];
  const connect = (url: string) => {
    const admin = new Redis(url, { retryStrategy: () => 200 }).on("error", () => {});
    admins.push(admin);
    return admin;
  };
  // Pools first: without its worker program, a pool waits for the end of the lease.
  onTestFinished(async () => {
    await Promise.all(pools.map((pool) => pool[Symbol.asyncDispose]()));
    for (const admin of admins) admin.disconnect();
    await Promise.all([...clients.map((client) => client.kill()), ...workers.map((worker) => worker.stop())]);
    await Promise.all([...lines.map((line) => line.close()), ...servers.map((server) => server.kill())]);
  });
  const scene: Scene = {
    expect,
    redis,
    admin: connect(redis.url),
    startWorker: (...flags) => scene.startWorkerAt(redis.url, ...flags),
    startWorkerAt: (url, ...flags) => scene.startWorkerBy([process.execPath], url, ...flags),
    async startWorkerBy(node, url, ...flags) {
      const worker = TestWorker.launchBy(node, url, "--cores", "1", ...flags);
      workers.push(worker);
      await worker.isServing();
      return worker;
    },
    makePool: (options) => scene.makePoolAt(redis.url, options),
    makePoolAt(url, options = {}, clusterOptions = {}) {
      const pool = new Pool({ processes: 1, engine: cluster(url, clusterOptions), ...options });
      pools.push(pool);
      return pool;
    },
    async startLine() {
      const line = await TestLine.start(redis.port);
      lines.push(line);
      return line;
    },
    async startReplica() {
      const replica = await TestRedis.start({
        args: ["--replicaof", `127.0.0.1 ${redis.port}`, "--repl-diskless-load", "on-empty-db"],
      });
      servers.push(replica);
      const replicaAdmin = connect(replica.url);
      await expect.poll(() => replicaAdmin.info("replication")).toContain("master_link_status:up");
      return { replica, replicaAdmin };
    },
    startClient(options) {
      const client = new ClientProgram(redis.url, options);
      clients.push(client);
      return client;
    },
  };
  return scene;
}
