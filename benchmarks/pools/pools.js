// The speed of pools. Each library runs in a process of its own; each round runs all in a new random order.
//
// Usage: node pools/pools.js [rounds] [workers] [questions], as in `node pools/pools.js 9 2 single,burst`
import { availableParallelism, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { gate, notJudged, printTable, printText, printTitle } from "../answer.js";
import { interleaveTook, median, ratio } from "../measure.js";
import { LibraryProcess, PythonProcess } from "./library-process.js";

const threads = {
  "manyhands, threads": ["manyhands", "thread"],
  piscina: ["piscina", "open"],
  tinypool: ["tinypool", "thread"],
  workerpool: ["workerpool", "open"],
  poolifier: ["poolifier", "open"],
  "threads.js": ["threads", "open"],
};
const processes = {
  "manyhands, processes": ["manyhands", "spawn"],
  "tinypool, processes": ["tinypool", "process"],
};
const ours = "manyhands, threads";
/** Slow libraries get one in so many of the calls. Their time is multiplied by it, which can only favour them. */
const share = { million: { piscina: 50 }, calls: { "threads.js": 20 } };

/** Items of which one in a hundred takes a hundred times as long, at positions that suit no schedule. */
export function unevenItems(n) {
  return Array.from({ length: n }, (_, i) => ((i * 37) % 100 === 11 ? 100 : 1));
}

/** The best time of `workers`: all work, evenly divided. */
export const ideal = (items, workers) => items.reduce((sum, ms) => sum + ms, 0) / workers;

/** Has libraries run calls or items, some a share of them, and prints the times. */
async function askFor({ open, rounds }, title, names, question, n, shares = {}) {
  const there = names.filter((name) => open[name]);
  const rows = there.map((name) => [name, () => open[name].ask(question, { n: n / (shares[name] ?? 1) })]);
  const samples = await interleaveTook(Object.fromEntries(rows), { rounds });
  for (const name of there) samples[name] = samples[name].map((ms) => ms * (shares[name] ?? 1));
  const fewer = Object.entries(shares).map(([name, by]) => ` (${name}: one in ${by} of them, times ${by})`);
  printSamples(title + fewer.join(""), samples);
  return samples;
}

/** Has libraries map items of given durations, and compares with the best schedule. */
async function askBusy({ open, rounds, workers, isBusy }, title, items, limit) {
  const best = ideal(items, workers);
  const rows = { [ours]: () => open[ours].ask("busy", { items }) };
  // A round takes seconds and varies little, so a few are enough.
  const samples = await interleaveTook(rows, { rounds: Math.min(rounds, 3), warmUp: 1 });
  printSamples(`${title}; the best schedule takes ${best} ms`, samples);
  const what = "threads / the best schedule";
  const seen = ratio({ ...samples, best: samples[ours].map(() => best) }, ours, "best");
  // On a busy machine the best schedule is out of reach, so only a kept gate counts.
  if (isBusy && seen.ratio > limit) notJudged(what, limit, "other programs used the processors");
  else gate(what, seen, limit);
}

function printSamples(title, samples) {
  printText(`${title}:`);
  printTable(
    ["row", "median ms", "least", "most"],
    Object.entries(samples).map(([name, took]) => [
      name,
      ...[median(took), Math.min(...took), Math.max(...took)].map((ms) => ms.toFixed(1)),
    ]),
  );
}

const questions = {
  async burst(bench) {
    const names = Object.keys(threads);
    const title = "20 000 calls of `x => x + 1` in flight";
    const burst = await askFor(bench, title, names, "burst", 20_000, share.calls);
    const fastest = names
      .filter((name) => name !== ours)
      .reduce((a, b) => (median(burst[a]) < median(burst[b]) ? a : b));
    gate(`threads / the fastest peer (${fastest})`, ratio(burst, ours, fastest), 1);
  },
  async single(bench) {
    const names = Object.keys(threads);
    const single = await askFor(bench, "2 000 calls, one at a time", names, "single", 2000, share.calls);
    gate("threads / piscina", ratio(single, ours, "piscina"), 1.15);
  },
  async million(bench) {
    const names = [ours, "manyhands, processes", "Python", "piscina"];
    const title = "map of a million `x => x + 1`, for piscina `Promise.all`";
    const million = await askFor(bench, title, names, "million", 1e6, share.million);
    if (million.Python !== undefined) gate("threads / Python's Pool.map", ratio(million, ours, "Python"), 1);
    gate("threads / Promise.all over piscina", ratio(million, ours, "piscina"), 1 / 50);
  },
  even: (bench) => askBusy(bench, "map of 10 000 items of 1 ms", new Array(10_000).fill(1), 1 / 0.95),
  uneven: (bench) =>
    askBusy(bench, "map of 10 000 items, one in a hundred of 100 ms, the others of 1 ms", unevenItems(10_000), 1.1),
  async processes(bench) {
    const apart = await askFor(bench, "20 000 calls in flight, processes", Object.keys(processes), "burst", 20_000);
    gate("processes / tinypool's processes", ratio(apart, "manyhands, processes", "tinypool, processes"), 1);
  },
};

async function main(rounds, workers, chosen) {
  const unknown = chosen.filter((name) => !(name in questions));
  if (unknown.length > 0) throw new Error(`no question ${unknown}; there are ${Object.keys(questions)}`);
  const isBusy = loadavg()[0] > workers / 2;
  const open = {};
  for (const [name, library] of Object.entries({ ...threads, ...processes })) {
    open[name] = await LibraryProcess.open(library, workers);
  }
  open.Python = await PythonProcess.open(workers).catch(() => undefined);
  try {
    printTitle(`${workers} workers, ${rounds} rounds, interleaved.`);
    for (const name of chosen) await questions[name]({ open, rounds, workers, isBusy });
  } finally {
    await Promise.all(Object.values(open).map((library) => library?.close()));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [, , rounds = 9, workers = availableParallelism(), chosen] = process.argv;
  await main(Number(rounds), Number(workers), chosen?.split(",") ?? Object.keys(questions));
}
