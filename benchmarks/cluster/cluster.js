// The pool on other machines, beside BullMQ's own jobs and a local pool. The Redis is on this machine, behind a line
// that takes some milliseconds each way.
//
// Usage: node cluster/cluster.js [rounds] [milliseconds…], as in `node cluster/cluster.js 9 0,1,5`
import { strict as assert } from "node:assert";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { cluster } from "@manyhands/cluster";
import { Pool } from "@manyhands/process";
import { Queue, QueueEvents } from "bullmq";
import { Redis } from "ioredis";
import { gate, printTable, printText, printTitle } from "../answer.js";
import { interleaveTook, median, ratio } from "../measure.js";
import { busy, increment } from "./job.js";
import { Programs } from "./programs.js";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const command = fileURLToPath(new URL("../../packages/process/bin/manyhands.js", import.meta.url));
/** Of the jobs of one item each, BullMQ gets one in so many. Their time is multiplied by it. */
const share = 20;
const items = Array.from({ length: 10_000 }, (_, i) => i);
const incremented = items.map(increment);
/** How long to wait after each answer: both sides go on then, and delete what was read or ask for the next job. */
const restMs = 5;
/** How many rounds come first: programs with a pool or a queue run for long, and V8 has optimised their code. */
const warmUp = 30;

/** BullMQ's side: jobs whose answers are awaited. */
class Peer {
  #connections;
  #queue;
  #events;

  static async open(url) {
    const peer = new Peer();
    peer.#connections = [
      new Redis(url, { maxRetriesPerRequest: null }),
      new Redis(url, { maxRetriesPerRequest: null }),
    ];
    peer.#queue = new Queue("peer", { connection: peer.#connections[0] });
    peer.#events = new QueueEvents("peer", { connection: peer.#connections[1] });
    for (const emitter of [peer.#queue, peer.#events]) emitter.setMaxListeners(0);
    await peer.#events.waitUntilReady();
    return peer;
  }

  async call(name, data) {
    const job = await this.#queue.add(name, data);
    return job.waitUntilFinished(this.#events);
  }

  /** Runs jobs that are added together. */
  async all(name, inputs) {
    const jobs = await this.#queue.addBulk(inputs.map((data) => ({ name, data })));
    return Promise.all(jobs.map((job) => job.waitUntilFinished(this.#events)));
  }

  async close() {
    await this.#queue.obliterate({ force: true });
    await this.#events.close();
    await this.#queue.close();
    for (const connection of this.#connections) connection.disconnect();
  }
}

function chunksOf(list, count) {
  const size = Math.ceil(list.length / count);
  return Array.from({ length: count }, (_, i) => list.slice(i * size, (i + 1) * size));
}

/** A row that times a call without the check of its answer. */
const timed = (call, expected) => async () => {
  const began = performance.now();
  const answer = await call();
  const took = performance.now() - began;
  assert.deepEqual(answer, expected);
  await sleep(restMs);
  return took;
};

function printSamples(title, samples) {
  printText(`${title}:`);
  const row = ([name, took]) => [
    name,
    ...[median(took), Math.min(...took), Math.max(...took)].map((ms) => ms.toFixed(2)),
  ];
  printTable(["row", "median ms", "least", "most"], Object.entries(samples).map(row));
}

async function measure(delayMs, rounds) {
  const programs = new Programs();
  const port = await programs.startRedis();
  const line = [here("slow-line.js"), String(port), String(delayMs)];
  const near = delayMs === 0 ? port : (await programs.start(process.execPath, line, /(\d+)\n/)).match[1];
  const url = `redis://127.0.0.1:${near}`;
  const worker = [command, "worker", "--connect", url, "--cores", "1", "--root", here("..")];
  for (let i = 0; i < 2; i++) await programs.start(process.execPath, worker, / serves /);
  await programs.start(process.execPath, [here("bullmq-worker.js"), url], /ready/);
  const pool = new Pool({ processes: 2, engine: cluster(url) });
  const local = new Pool({ processes: 2, startMethod: "spawn" });
  const peer = await Peer.open(url);
  const wait = delayMs === 0 ? "on this machine" : `${delayMs} ms away`;
  try {
    for (const each of [pool, local]) await each.map(increment, items);
    const calls = await interleaveTook(
      {
        "pool.apply()": timed(() => pool.apply(increment, [1]), 2),
        "BullMQ, a job": timed(() => peer.call("increment", 1), 2),
      },
      { rounds: 10 * rounds, warmUp },
    );
    printSamples(`One call, with the Redis ${wait}`, calls);
    gate(`one call / a BullMQ job, ${wait}`, ratio(calls, "pool.apply()", "BullMQ, a job"), 0.8);

    const part = items.length / share;
    const short = {
      "pool.map()": timed(() => pool.map(increment, items), incremented),
      "BullMQ, a job a chunk": timed(async () => (await peer.all("increment", chunksOf(items, 8))).flat(), incremented),
    };
    await interleaveTook(short, { rounds: 0, warmUp });
    const jobAnItem = () => peer.all("increment", items.slice(0, part));
    const maps = await interleaveTook(
      { ...short, "BullMQ, a job an item": timed(jobAnItem, incremented.slice(0, part)) },
      { rounds },
    );
    maps["BullMQ, a job an item"] = maps["BullMQ, a job an item"].map((ms) => ms * share);
    printSamples(
      `10 000 items of \`x => x + 1\`, with the Redis ${wait} (a job an item: one in ${share}, times ${share})`,
      maps,
    );
    gate(`map / a job an item, ${wait}`, ratio(maps, "pool.map()", "BullMQ, a job an item"), 0.03);
    gate(`map / a job a chunk, ${wait}`, ratio(maps, "pool.map()", "BullMQ, a job a chunk"), 0.3);

    const long = new Array(1000).fill(5);
    const works = await interleaveTook(
      {
        "pool.map()": timed(() => pool.map(busy, long), long),
        "a local pool": timed(() => local.map(busy, long), long),
      },
      { rounds: Math.min(rounds, 3), warmUp: 1 },
    );
    printSamples(`1 000 items of 5 ms on two workers, with the Redis ${wait}`, works);
    gate(`1 000 items of 5 ms / a local pool, ${wait}`, ratio(works, "pool.map()", "a local pool"), 1.1);
  } finally {
    await peer.close();
    for (const each of [pool, local]) await each[Symbol.asyncDispose]();
    await programs.end();
  }
}

const [, , rounds = 9, delays = "0,1,5"] = process.argv;
printTitle(`Two worker programs of one processor each, ${rounds} rounds, interleaved.`);
for (const delayMs of delays.split(",")) await measure(Number(delayMs), Number(rounds));
