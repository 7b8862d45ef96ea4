// How fast are pools? Each library in a process of its own, asked in turn, in an order drawn anew in each round.
//
// Usage: node pools/pools.js [rounds] [workers]
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
/** Who would take too long is given one in so many of the calls; its time is multiplied by that, which flatters it if anything. */
const share = { "piscina, million": 50, "threads.js": 20 };

/** Items of which one in a hundred takes a hundred times as long, at places that are nobody's friend. */
export function unevenItems(n) {
  return Array.from({ length: n }, (_, i) => ((i * 37) % 100 === 11 ? 100 : 1));
}

/** The best that `workers` can do: the whole work, evenly shared. */
export const ideal = (items, workers) => items.reduce((sum, ms) => sum + ms, 0) / workers;

async function run(title, rows, rounds, scale = {}) {
  const samples = await interleaveTook(rows, { rounds });
  for (const [name, by] of Object.entries(scale)) samples[name] = samples[name].map((ms) => ms * by);
  printText(`${title}:`);
  printTable(
    ["row", "median ms", "least", "most"],
    Object.entries(samples).map(([name, took]) => [
      name,
      ...[median(took), Math.min(...took), Math.max(...took)].map((ms) => ms.toFixed(1)),
    ]),
  );
  return samples;
}

async function main(rounds, workers) {
  const isBusy = loadavg()[0] > workers / 2;
  const open = {};
  for (const [name, library] of Object.entries({ ...threads, ...processes })) {
    open[name] = await LibraryProcess.open(library, workers);
  }
  open.Python = await PythonProcess.open(workers).catch(() => undefined);
  if (open.Python === undefined) delete open.Python;
  const rowsOf = (names, question, options) =>
    Object.fromEntries(
      names.filter((name) => open[name]).map((name) => [name, () => open[name].ask(question, options)]),
    );
  try {
    printTitle(`${workers} workers, ${rounds} rounds, interleaved.`);
    const peers = Object.keys(threads).filter((name) => name !== ours);
    const all = Object.keys(threads).filter((name) => name !== "threads.js");
    const fewer = `threads.js: one in ${share["threads.js"]} of them, times ${share["threads.js"]}`;
    const calls = (question, n) => ({
      ...rowsOf(all, question, { n }),
      ...rowsOf(["threads.js"], question, { n: n / share["threads.js"] }),
    });
    const times = { "threads.js": share["threads.js"] };

    const burst = await run(
      `20 000 calls of \`x => x + 1\` in flight (${fewer})`,
      calls("burst", 20_000),
      rounds,
      times,
    );
    const fastest = peers.reduce((a, b) => (median(burst[a]) < median(burst[b]) ? a : b));
    gate(`threads / the fastest peer (${fastest})`, ratio(burst, ours, fastest), 1);

    const single = await run(`2 000 calls, one at a time (${fewer})`, calls("single", 2000), rounds, times);
    gate("threads / piscina", ratio(single, ours, "piscina"), 1.15);

    const million = await run(
      `map of a million \`x => x + 1\` (piscina: Promise.all over one in ${share["piscina, million"]} of them, times ${share["piscina, million"]})`,
      {
        ...rowsOf([ours, "manyhands, processes", "Python"], "million", { n: 1e6 }),
        ...rowsOf(["piscina"], "million", { n: 1e6 / share["piscina, million"] }),
      },
      rounds,
      { piscina: share["piscina, million"] },
    );
    if (million.Python !== undefined) gate("threads / Python's Pool.map", ratio(million, ours, "Python"), 1);
    gate("threads / Promise.all over piscina", ratio(million, ours, "piscina"), 1 / 50);

    for (const [title, items, limit] of [
      ["map of 1000 items of 1 ms", Array.from({ length: 1000 }, () => 1), 1 / 0.95],
      ["map of 1000 items, one in a hundred of 100 ms, the others of 1 ms", unevenItems(1000), 1.1],
    ]) {
      const best = ideal(items, workers);
      const busy = await run(
        `${title}; the best schedule takes ${best} ms`,
        rowsOf([ours, "piscina"], "busy", { items }),
        rounds,
      );
      // Who shares the processors with others cannot keep to the best schedule.
      if (isBusy) notJudged("threads / the best schedule", limit, "the machine had other work to do");
      else
        gate("threads / the best schedule", ratio({ ...busy, best: busy[ours].map(() => best) }, ours, "best"), limit);
    }

    const apart = await run(
      "20 000 calls in flight, processes",
      rowsOf(Object.keys(processes), "burst", { n: 20_000 }),
      rounds,
    );
    gate("processes / tinypool's processes", ratio(apart, "manyhands, processes", "tinypool, processes"), 1);
  } finally {
    await Promise.all(Object.values(open).map((library) => library.close()));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(Number(process.argv[2] ?? 9), Number(process.argv[3] ?? availableParallelism()));
}
