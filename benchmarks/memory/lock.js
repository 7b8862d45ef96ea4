// What an uncontended Lock costs, beside two bare atomic operations and beside Python's.
//
// Usage: node memory/lock.js [rounds]
import { spawnSync } from "node:child_process";
import { getContext, Lock } from "@manyhands/process";
import { gate, notJudged, printTable, printTitle } from "../answer.js";
import { interleave, median, ratio } from "../measure.js";

const rounds = Number(process.argv[2] ?? 15);
const times = 300_000;
const words = new Int32Array(new SharedArrayBuffer(8));
const locks = { "Lock of threads": new Lock(), "Lock of processes": new (getContext("spawn").Lock)() };

const acquireAndRelease = (lock) => () => {
  for (let i = 0; i < times; i++) {
    lock.acquireSync();
    lock.release();
  }
  if (lock.locked || !lock.tryAcquire()) throw new Error("the lock is not free");
  lock.release();
};

const samples = await interleave(
  {
    "two atomic operations": () => {
      for (let i = 0; i < times; i++) {
        if (Atomics.compareExchange(words, 0, 0, 1) !== 0) throw new Error("not free");
        Atomics.store(words, 0, 0);
      }
    },
    ...Object.fromEntries(Object.entries(locks).map(([name, lock]) => [name, acquireAndRelease(lock)])),
  },
  { rounds, warmUp: 4 },
);

printTitle(`\`acquireSync()\` and \`release()\`, nobody else there, ${rounds} rounds, interleaved.`);
const nanoseconds = (row) => (median(samples[row]) / times) * 1e6;
const python = spawnSync(
  "python3",
  [
    "-c",
    `import multiprocessing, timeit
lock = multiprocessing.Lock()
def pair():
    lock.acquire(); lock.release()
print(min(timeit.repeat(pair, number=100000, repeat=7)) / 100000 * 1e9)`,
  ],
  { encoding: "utf8" },
);
const rows = Object.keys(samples).map((row) => [row, nanoseconds(row).toFixed(1)]);
if (python.status === 0) rows.push(["Python's Lock, best of 7", Number(python.stdout).toFixed(1)]);
printTable(["row", "ns"], rows);
gate("Lock of threads / two atomic operations", ratio(samples, "Lock of threads", "two atomic operations"), 4);
if (python.status === 0) {
  gate("Lock of threads / Python's Lock", nanoseconds("Lock of threads") / Number(python.stdout), 1 / 3);
} else notJudged("Lock of threads / Python's Lock", 1 / 3, "there is no python3 here");
