// Whether a SharedArray avoids copies: all cores sum a gigabyte in place, and resident memory does not grow by another.
//
// Usage: node memory/in-place.js [megabytes]
import { availableParallelism } from "node:os";
import { getContext, Process } from "@manyhands/process";
import { gate, printTable, printTitle } from "../answer.js";

const megabytes = Number(process.argv[2] ?? 1024);
const length = (megabytes * 2 ** 20) / 8;
const workers = availableParallelism();
const peer = new URL("peer.js", import.meta.url);
const rows = [];

for (const startMethod of ["thread", "spawn"]) {
  const array = new (getContext(startMethod).SharedArray)("f64", length, { lock: false });
  for (let i = 0; i < length; i++) array.typed[i] = i & 1023;
  const wanted = array.typed.reduce((sum, value) => sum + value, 0);
  const before = process.memoryUsage.rss();
  const began = performance.now();
  const parts = Array.from({ length: workers }, (_, i) => {
    const [from, to] = [i, i + 1].map((n) => Math.floor((n * length) / workers));
    return new Process({ module: peer, name: "sumOf" }, { startMethod, args: [array, from, to] }).start().result();
  });
  const sum = (await Promise.all(parts)).reduce((all, part) => all + part, 0);
  const took = performance.now() - began;
  if (sum !== wanted) throw new Error(`the sum is ${sum}, not ${wanted}`);
  const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
  rows.push([startMethod, workers, took.toFixed(0), grown]);
}
printTitle(`${megabytes} MiB of doubles summed in place.`);
printTable(
  ["start method", "children", "ms, start included", "this process grew by, MiB"],
  rows.map((cells) => cells.with(-1, cells.at(-1).toFixed(0))),
);
for (const [startMethod, , , grown] of rows) gate(`${startMethod}: growth / the array`, grown / megabytes, 1 / 4);
