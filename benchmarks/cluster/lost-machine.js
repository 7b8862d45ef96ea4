// How long a cluster needs after the end of a lease: until the chunk of a killed machine runs again elsewhere, and
// until the task of a killed program ends. Both are promised within a second.
//
// Usage: node cluster/lost-machine.js [rounds]
import { strict as assert } from "node:assert";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cluster } from "@manyhands/cluster";
import { Pool } from "@manyhands/process";
import { Redis } from "ioredis";
import { gate, printTable, printTitle } from "../answer.js";
import { median } from "../measure.js";
import { increment, waitOnce } from "./job.js";
import { Programs } from "./programs.js";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const command = fileURLToPath(new URL("../../packages/process/bin/manyhands.js", import.meta.url));
const leaseMs = 3000;
/** After this time, an idle pool gives its processors to others. */
const idleMs = 2500;
/** What `waitOnce()` has written: for each run the time of its start, and its process id. */
const linesOf = (file) => (existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : []);
const folder = mkdtempSync(join(tmpdir(), "manyhands-lost-"));

async function until(condition) {
  while (!condition()) await sleep(2);
}

function isAlive(pid) {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

async function withRedis(action) {
  const programs = new Programs();
  let redis;
  try {
    const url = `redis://127.0.0.1:${await programs.startRedis()}`;
    redis = new Redis(url);
    const flags = ["--cores", "1", "--root", here(".."), "--lease-ms", String(leaseMs)];
    const startWorker = () =>
      programs.start(process.execPath, [command, "worker", "--connect", url, ...flags], / serves /);
    return await action({ programs, url, startWorker, redis });
  } finally {
    redis?.disconnect();
    await programs.end();
  }
}

/** @returns the time at which the first of the keys that match has ended. */
async function endOfLease(redis, pattern) {
  const keys = await redis.keys(pattern);
  while ((await redis.exists(...keys)) === keys.length) await sleep(2);
  return Date.now();
}

/** How the pool and the other machine are used when a machine is killed. */
const reruns = {
  "a lost machine's chunk runs again": { processes: 2, isOtherTaken: false },
  "the same, on a worker that must be started": { processes: 1, isOtherTaken: false },
  "the same, on a processor that an idle pool gives back": { processes: 1, isOtherTaken: true },
};

/** @returns the milliseconds from the end of a killed machine's lease to the start of its chunk elsewhere. */
function rerun(name, round) {
  const { processes, isOtherTaken } = reruns[name];
  return withRedis(async ({ url, startWorker, redis }) => {
    const file = join(folder, `${name}-${round}`);
    const lost = await startWorker();
    const pool = new Pool({ processes, engine: cluster(url) });
    const call = pool.map(waitOnce, [file], { retry: { attempts: 2 } });
    await until(() => linesOf(file).length === 1);
    await startWorker();
    const other = new Pool({ processes: 1, engine: cluster(url) });
    if (isOtherTaken) {
      assert.equal(await other.apply(increment, [1]), 2);
      await sleep(idleMs);
    } else other.terminate();
    await until(() => pool.stats().workers.filter(({ pid }) => pid > 0).length === processes);
    // At any time between two renewals of the lease.
    await sleep(Math.random() * leaseMs);
    lost.child.kill("SIGKILL");
    const endedAt = await endOfLease(redis, "bull:{manyhands}:*:lock");
    assert.deepEqual(await call, ["again"]);
    for (const each of [pool, other]) each.close();
    await Promise.all([pool.join(), other.join()]);
    return Number(linesOf(file)[1].split(" ")[0]) - endedAt;
  });
}

/** @returns the milliseconds from the end of a killed program's lease to the end of its task's process. */
function orphan(round) {
  return withRedis(async ({ programs, url, startWorker, redis }) => {
    const file = join(folder, `orphan-${round}`);
    await startWorker();
    const client = await programs.start(process.execPath, [here("client.js"), url, file, String(leaseMs)], /started/);
    await until(() => linesOf(file).length === 1);
    await sleep(Math.random() * leaseMs);
    client.child.kill("SIGKILL");
    const endedAt = await endOfLease(redis, "mh:{manyhands}:client:*");
    const pid = Number(linesOf(file)[0].split(" ")[1]);
    await until(() => !isAlive(pid));
    return Date.now() - endedAt;
  });
}

const rounds = Number(process.argv[2] ?? 7);
printTitle(`A lease of ${leaseMs} ms at both sides, ${rounds} rounds.`);
const orphans = "a killed program's task has ended";
const times = Object.fromEntries([...Object.keys(reruns), orphans].map((name) => [name, []]));
try {
  for (let round = 0; round < rounds; round++) {
    for (const name of Object.keys(reruns)) times[name].push(await rerun(name, round));
    times[orphans].push(await orphan(round));
  }
} finally {
  rmSync(folder, { recursive: true });
}
const row = ([name, took]) => [name, ...[median(took), Math.min(...took), Math.max(...took)].map((ms) => String(ms))];
printTable(["after the end of the lease,", "median ms", "least", "most"], Object.entries(times).map(row));
for (const [name, took] of Object.entries(times)) gate(`${name}, the longest / 1 s`, Math.max(...took) / 1000, 1);
