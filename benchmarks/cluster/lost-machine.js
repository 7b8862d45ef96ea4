// How long a cluster needs after a fault: until the chunk of a killed machine runs again elsewhere, and until the task
// of a killed program ends. Both are promised within the lease and a second.
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
import { gate, printTable, printTitle } from "../answer.js";
import { median } from "../measure.js";
import { waitOnce } from "./job.js";
import { Programs } from "./programs.js";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const command = fileURLToPath(new URL("../../packages/process/bin/manyhands.js", import.meta.url));
const leaseMs = 3000;
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
  try {
    const url = `redis://127.0.0.1:${await programs.startRedis()}`;
    const flags = ["--cores", "1", "--root", here(".."), "--lease-ms", String(leaseMs)];
    const startWorker = () =>
      programs.start(process.execPath, [command, "worker", "--connect", url, ...flags], / serves /);
    return await action({ programs, url, startWorker });
  } finally {
    await programs.end();
  }
}

/** @returns the milliseconds from the kill of a machine to the start of its chunk elsewhere. */
function rerun(round) {
  return withRedis(async ({ url, startWorker }) => {
    const file = join(folder, `rerun-${round}`);
    const lost = await startWorker();
    const pool = new Pool({ processes: 2, engine: cluster(url) });
    const call = pool.map(waitOnce, [file], { retry: { attempts: 2 } });
    await until(() => linesOf(file).length === 1);
    await startWorker();
    await until(() => pool.stats().workers.filter(({ pid }) => pid > 0).length === 2);
    // At any time between two renewals of the lease.
    await sleep(Math.random() * leaseMs);
    lost.child.kill("SIGKILL");
    const killedAt = Date.now();
    assert.deepEqual(await call, ["again"]);
    pool.close();
    await pool.join();
    return Number(linesOf(file)[1].split(" ")[0]) - killedAt;
  });
}

/** @returns the milliseconds from the kill of a program to the end of its task's process. */
function orphan(round) {
  return withRedis(async ({ programs, url, startWorker }) => {
    const file = join(folder, `orphan-${round}`);
    await startWorker();
    const client = await programs.start(process.execPath, [here("client.js"), url, file, String(leaseMs)], /started/);
    await until(() => linesOf(file).length === 1);
    await sleep(Math.random() * leaseMs);
    client.child.kill("SIGKILL");
    const killedAt = Date.now();
    const pid = Number(linesOf(file)[0].split(" ")[1]);
    await until(() => !isAlive(pid));
    return Date.now() - killedAt;
  });
}

const rounds = Number(process.argv[2] ?? 7);
printTitle(`A lease of ${leaseMs} ms at both sides, ${rounds} rounds.`);
const times = { "rerun of a lost machine's chunk": [], "end of a killed program's task": [] };
try {
  for (let round = 0; round < rounds; round++) {
    times["rerun of a lost machine's chunk"].push(await rerun(round));
    times["end of a killed program's task"].push(await orphan(round));
  }
} finally {
  rmSync(folder, { recursive: true });
}
const row = ([name, took]) => [name, ...[median(took), Math.min(...took), Math.max(...took)].map((ms) => String(ms))];
printTable(["from the kill to the", "median ms", "least", "most"], Object.entries(times).map(row));
for (const [name, took] of Object.entries(times)) {
  gate(`${name}, the longest / the lease and 1 s`, Math.max(...took) / (leaseMs + 1000), 1);
}
