// What callers see when a pool is offered more calls than its workers can run: the time of the accepted calls at
// capacity and at three times capacity, and how soon the others are refused.
//
// One processor is left to the event loop that offers the calls, as a service does.
//
// Usage: node load/load.js [rounds]
import { availableParallelism } from "node:os";
import { Pool } from "@manyhands/process";
import { gate, printTable, printTitle } from "../answer.js";
import { interleaveTook, median, ratio } from "../measure.js";
import { capacityOf, hashTimes, offer, quantile } from "./offered-load.js";

const taskMs = 2;
const forMs = 1500;
const maxQueue = 16;
const times = timesFor(taskMs);
const answer = hashTimes(times);
const processes = Math.max(1, availableParallelism() - 1);

/** How many hashes take a time here. */
function timesFor(ms) {
  hashTimes(20_000);
  const began = performance.now();
  hashTimes(20_000);
  return Math.round((20_000 * ms) / (performance.now() - began));
}

/** Two rows of a start method: the 99th percentile of accepted calls, at capacity and at three times capacity. */
async function rowsOf(startMethod, outcomes) {
  const pool = new Pool({ startMethod, processes, maxQueue });
  // Warm: workers that start or compile are slower.
  const load = { times, answer };
  await capacityOf(pool, { ...load, forMs: 1000, inFlight: processes + 2 });
  const at = (name, share) => async () => {
    const perSecond = share * (await capacityOf(pool, { ...load, forMs: 300, inFlight: processes + 2 }));
    const outcome = await offer(pool, { ...load, perSecond, forMs });
    if (outcome.accepted.length + outcome.rejected.length !== outcome.offered) throw new Error("a call is lost");
    outcomes[name] ??= [];
    outcomes[name].push({ ...outcome, perSecond });
    return quantile(outcome.accepted, 0.99);
  };
  const names = { once: `${startMethod}, at capacity`, thrice: `${startMethod}, 3 × capacity` };
  const rows = { [names.once]: at(names.once, 1), [names.thrice]: at(names.thrice, 3) };
  return { rows, names, end: () => pool[Symbol.asyncDispose]() };
}

async function main(rounds) {
  const outcomes = {};
  const methods = [];
  for (const startMethod of ["thread", "spawn"]) methods.push(await rowsOf(startMethod, outcomes));
  const samples = await interleaveTook(Object.assign({}, ...methods.map(({ rows }) => rows)), { rounds, warmUp: 1 });
  for (const { end } of methods) await end();
  printTitle(
    `${processes === 1 ? "1 worker" : `${processes} workers`}, tasks of ${taskMs} ms, maxQueue ${maxQueue}; ` +
      `${rounds} rounds of ${forMs / 1000} s, interleaved. Times are medians of the rounds.`,
  );
  // The rounds that count: those before are for warming up.
  const of = (name, figure) => median(outcomes[name].slice(-rounds).map(figure));
  printTable(
    ["offered load", "calls a second", "accepted", "accepted, median ms", "p99", "rejected, median ms", "p99", "most"],
    Object.keys(samples).map((name) => [
      name,
      of(name, ({ perSecond }) => perSecond).toFixed(0),
      `${of(name, ({ accepted, offered }) => (100 * accepted.length) / offered).toFixed(0)} %`,
      of(name, ({ accepted }) => quantile(accepted, 0.5)).toFixed(1),
      of(name, ({ accepted }) => quantile(accepted, 0.99)).toFixed(1),
      ...[0.5, 0.99, 1].map((share) => of(name, ({ rejected }) => quantile(rejected, share)).toFixed(1)),
    ]),
  );
  for (const { names } of methods) {
    const [method] = names.once.split(",");
    gate(`${method}: p99 of accepted calls, 3 × capacity / at capacity`, ratio(samples, names.thrice, names.once), 1.5);
    gate(
      `${method}: p99 of rejected calls at 3 × capacity, ms`,
      of(names.thrice, ({ rejected }) => quantile(rejected, 0.99)),
      5,
    );
  }
}

await main(Number(process.argv[2] ?? 9));
