import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { cluster } from "@manyhands/cluster";
import { getLogger, type LogRecord, Manager, Pool, type PoolTaskEvent, type PoolWorkerEvent } from "@manyhands/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { TestWorker } from "./setup/worker-program.ts";

const task = (name: string) => ({ module: new URL("fixture/tasks.js", import.meta.url), name }) as never;
const authKey = "a key that only the cluster has";
/** An address by which other machines reach this one. */
const address = Object.values(networkInterfaces())
  .flatMap((all) => all ?? [])
  .find(({ internal }) => !internal)?.address;

describe.skipIf(serverProgram === undefined)("what a task on another machine does", () => {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-observe-"));
  let redis: TestRedis;
  let worker: TestWorker;
  let pool: Pool;
  beforeAll(async () => {
    redis = await TestRedis.start();
    writeFileSync(join(folder, "key"), authKey);
    worker = await TestWorker.start(redis.url, "--cores", "1", "--auth-key-file", join(folder, "key"));
  });
  afterAll(async () => {
    await pool?.[Symbol.asyncDispose]();
    await worker.stop("SIGTERM");
    await redis.kill();
    rmSync(folder, { recursive: true });
  });

  it("is in events and records of the program with the name of the machine", async () => {
    const events: (PoolTaskEvent | PoolWorkerEvent)[] = [];
    const onEvent = (event: unknown) => void events.push(event as PoolTaskEvent);
    const records: LogRecord[] = [];
    const onRecord = (record: LogRecord) => void records.push(record);
    const logger = getLogger();
    const { level } = logger;
    logger.level = "debug";
    logger.addHandler(onRecord);
    for (const name of ["task", "worker"]) subscribe(`manyhands.pool.${name}`, onEvent);
    try {
      pool = new Pool({ processes: 1, engine: cluster(redis.url, { authKey }) });
      expect(await pool.apply(task("double"), [2] as never)).toBe(4);
      expect(events.map(({ edge, host }) => [edge, host])).toEqual([
        ["started", null],
        ["queued", null],
        ["ready", hostname()],
        ["started", hostname()],
        ["succeeded", hostname()],
      ]);
      expect(records.map(({ message }) => message)).toContainEqual(
        expect.stringMatching(new RegExp(`^Pool-\\d+: PoolWorker-\\d+ ready on ${hostname()}$`)),
      );
    } finally {
      for (const name of ["task", "worker"]) unsubscribe(`manyhands.pool.${name}`, onEvent);
      logger.removeHandler(onRecord);
      logger.level = level;
    }
  });

  it.skipIf(address === undefined)(
    "is logged with its machine's name, on the queue of a manager with the cluster's key",
    async () => {
      await using manager = new Manager({
        address: { host: address as string, port: 0 },
        authKey: Buffer.from(authKey),
      });
      await manager.start();
      const queue = await manager.queue<LogRecord>();
      expect(await pool.apply(task("logTo"), [queue, "from elsewhere"] as never)).toBe("logged");
      const { pid } = pool.stats().workers[0] as { pid: number };
      const record = {
        level: "warning",
        message: "from elsewhere",
        processName: expect.any(String),
        pid,
        host: hostname(),
      };
      expect(await queue.get()).toMatchObject(record);
    },
  );
});
