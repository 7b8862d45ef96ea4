import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { cluster } from "@manyhands/cluster";
import { Pool } from "@manyhands/process";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawCluster } from "../src/cli/cluster-rows.ts";
import { serverProgram, TestRedis } from "./setup/redis.ts";
import { command, repository, TestWorker } from "./setup/worker-program.ts";

const task = (name: string) => ({ module: new URL("fixture/tasks.js", import.meta.url), name }) as never;
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const authKey = "a key that only the cluster has";

/** Runs `manyhands top --connect URL --count 1`. */
const top = (url: string, ...flags: string[]) =>
  promisify(execFile)(process.execPath, [command, "top", "--connect", url, "--count", "1", ...flags], {
    cwd: repository,
  });

it("draws worker programs, their seats, and characters that are no text as question marks", () => {
  const seat = { id: "s", name: "Pool\u001bWorker-1", client: "c", clientHost: "laptop", clientPid: 42, pid: 0 };
  const program = { worker: "w", host: "web1", pid: 7, cores: 2, protocol: 1, manyhands: "1.0.0", node: "24.1.0" };
  const leaving = { ...program, host: "web2", cores: 0, seats: [] };
  const workers = [{ ...program, seats: [{ ...seat, running: 3, tasks: 10 }] }, leaving];
  expect(drawCluster({ workers, others: 1, waiting: 4 })).toEqual([
    "2 machines, 2 cores, 1 workers of pools, 4 wait for a core, 3 tasks run",
    "1 further worker programs have another key",
    "MACHINE  PID   CORES  TAKEN  RUNNING  TASKS  NODE    VERSION",
    "web1       7       2      1        3     10  24.1.0  1.0.0",
    "web2       7  leaves      0        0      0  24.1.0  1.0.0",
    "WORKER         MACHINE  PID  RUNNING  TASKS  PROGRAM",
    "Pool?Worker-1  web1     -          3     10  laptop 42",
  ]);
  expect(drawCluster({ workers: [], others: 0, waiting: 1 })).toEqual([
    "0 machines, 0 cores, 0 workers of pools, 1 wait for a core, 0 tasks run",
  ]);
});

describe.skipIf(serverProgram === undefined)("manyhands top --connect", () => {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-top-"));
  const keyFile = join(folder, "key");
  writeFileSync(keyFile, authKey);
  let redis: TestRedis;
  let worker: TestWorker;
  beforeAll(async () => {
    redis = await TestRedis.start();
    worker = await TestWorker.start(redis.url, "--cores", "1", "--auth-key-file", keyFile);
  });
  afterAll(async () => {
    await worker.stop("SIGTERM");
    await redis.kill();
    rmSync(folder, { recursive: true });
  });

  it("shows machines, cores, seats and tasks to a user with the key, as the lists that KEDA reads do", async () => {
    await using pool = new Pool({ processes: 2, engine: cluster(redis.url, { authKey }) });
    expect(await pool.map(task("double"), [1, 2, 3] as never, { chunkSize: 1 })).toEqual([2, 4, 6]);
    const [file, until] = [join(folder, "running"), join(folder, "until")];
    const running = pool.apply(task("noteAndWait"), [file, until, "done"] as never);
    await expect.poll(() => existsSync(file)).toBe(true);
    const read = async () => JSON.parse((await top(redis.url, "--auth-key-file", keyFile, "--json")).stdout);
    // The worker program writes what it does each second.
    await expect.poll(async () => (await read()).workers[0]?.seats[0]?.running).toBe(1);
    const pid = pool.stats().workers.find(({ host }) => host !== null)?.pid;
    expect(await read()).toMatchObject({
      workers: [
        {
          host: hostname(),
          cores: 1,
          node: process.versions.node,
          seats: [{ name: expect.stringMatching(/^PoolWorker-/), pid, clientPid: process.pid, running: 1, tasks: 3 }],
        },
      ],
      others: 0,
      waiting: 1,
    });
    const client = new Redis(redis.url);
    const lists = [...readme.matchAll(/listName: (\S+)/g)].map(([, list]) => list as string);
    expect(await Promise.all(lists.map((list) => client.llen(list)))).toEqual([1, 1]);
    client.disconnect();
    const { stdout } = await top(redis.url, "--auth-key-file", keyFile);
    expect(stdout).toMatch(/^1 machines, 1 cores, 1 workers of pools, 1 wait for a core, 1 tasks run\n/);
    writeFileSync(until, "");
    expect(await running).toBe("done");
  });

  it("takes the URL from MANYHANDS_CONNECT when the file of a key is given", async () => {
    const words = [command, "top", "--auth-key-file", keyFile, "--count", "1"];
    const env = { ...process.env, MANYHANDS_CONNECT: redis.url };
    const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: repository, env });
    expect(stdout).toMatch(/^1 machines, 1 cores, /);
  });

  it("shows no announcement that was written with another key", async () => {
    expect((await top(redis.url)).stdout).toContain("\n1 further worker programs have another key\n");
  });

  it.each<[string[], number, RegExp]>([
    [["--connect", "redis://127.0.0.1:1"], 1, /127.0.0.1:1 has not answered for 3 s: .*; correct the URL/],
    [["--connect", "redis://10.0.0.1"], 1, /without a key, only a Redis on this machine is used/],
    [["--connect", "http://a"], 1, /the URL is http:/],
    [["--auth-key-file", "/no/such"], 2, /cannot read --auth-key-file: .*no such file/],
    [["4711"], 2, /a PID and --connect are given: write one of them/],
  ])("%o fails with exit code %i", async (flags, code, message) => {
    const error = await top(redis.url, ...flags).catch((thrown) => thrown);
    expect(error).toMatchObject({ code, stderr: expect.stringMatching(message) });
  });
});
