// The cost of an uncontended Lock, compared with two bare atomic operations and with Python's Lock.
//
// Usage: node memory/lock.js [rounds]
import { getContext, Lock } from "@manyhands/process";
import { gate, notJudged, printTable, printTitle } from "../answer.js";
import { interleaveTook, median, ratio } from "../measure.js";
import { startPython } from "./python.js";

const rounds = Number(process.argv[2] ?? 15);
const times = 300_000;
const words = new Int32Array(new SharedArrayBuffer(8));

const timed = (row) => () => {
  const began = performance.now();
  row();
  return performance.now() - began;
};

const acquireAndRelease = (lock) =>
  timed(() => {
    for (let i = 0; i < times; i++) {
      lock.acquireSync();
      lock.release();
    }
    if (lock.locked || !lock.tryAcquire()) throw new Error("the lock is not free");
    lock.release();
  });

const python = startPython();
const inFunction = "Python's Lock, in a function";
const samples = await interleaveTook(
  {
    "two atomic operations": timed(() => {
      for (let i = 0; i < times; i++) {
        if (Atomics.compareExchange(words, 0, 0, 1) !== 0) throw new Error("not free");
        Atomics.store(words, 0, 0);
      }
    }),
    "Lock of threads": acquireAndRelease(new Lock()),
    "Lock of processes": acquireAndRelease(new (getContext("spawn").Lock)()),
    ...(python && {
      [inFunction]: () => python.took("lock", times),
      "Python's Lock, by itself": () => python.took("bare_lock", times),
    }),
  },
  { rounds, warmUp: 4 },
);
await python?.end();

printTitle(`\`acquireSync()\` and \`release()\` without contention, ${rounds} rounds, interleaved.`);
printTable(
  ["row", "ns"],
  Object.keys(samples).map((row) => [row, ((median(samples[row]) / times) * 1e6).toFixed(1)]),
);
gate("Lock of threads / two atomic operations", ratio(samples, "Lock of threads", "two atomic operations"), 4);
const againstPython = "Lock of threads / Python's Lock";
if (python) gate(againstPython, ratio(samples, "Lock of threads", inFunction), 1 / 3);
else notJudged(againstPython, 1 / 3, "python3 is not installed");
