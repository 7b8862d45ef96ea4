// The cost of a call of an object in a manager, one at a time and many at once, compared with bare comlink over a
// thread and with Python's manager.
//
// Usage: node managers/managers.js [rounds]
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { Manager } from "@manyhands/process";
import { wrap } from "comlink";
import { gate, printTable, printTitle } from "../answer.js";
import { interleaveTook, median, ratio } from "../measure.js";

const calls = 1000;
const counterModule = new URL("./counter.js", import.meta.url);
Manager.register("Counter", { module: counterModule, name: "Counter" });

/** Makes the calls of a row, and checks that each call got its own answer. */
function callsOf(counter) {
  let count = 0;
  return async () => {
    for (let i = 0; i < calls; i++) {
      count += 1;
      if ((await counter.add(1)) !== count) throw new Error("a wrong answer");
    }
  };
}

/** The same number of calls, a hundred of them in flight at a time. */
function manyCallsOf(counter) {
  let count = 0;
  return async () => {
    for (let i = 0; i < calls; i += 100) {
      const answers = await Promise.all(Array.from({ length: 100 }, () => counter.add(1)));
      if (answers.some((answer) => answer !== ++count)) throw new Error("a wrong answer");
    }
  };
}

function bareComlink() {
  const worker = new Worker(counterModule, { argv: ["comlink"] });
  const listeners = new Map();
  const counter = wrap({
    postMessage: worker.postMessage.bind(worker),
    addEventListener(_, listener) {
      listeners.set(listener, (data) => listener({ data }));
      worker.on("message", listeners.get(listener));
    },
    removeEventListener: (_, listener) => worker.off("message", listeners.get(listener)),
  });
  return { row: callsOf(counter), end: () => worker.terminate() };
}

async function ours(startMethod, rowOf = callsOf) {
  const manager = await new Manager({ startMethod }).start();
  return { row: rowOf(await manager.Counter()), end: () => manager.shutdown() };
}

/** Python times itself, without the exchange with this program. Calls in flight are made by as many threads there. */
function python(threads) {
  const script = fileURLToPath(new URL("./counter.py", import.meta.url));
  const child = spawn("python3", [script], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const row = async () => {
    child.stdin.write(`${calls} ${threads}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error("Python ended");
    return Number(value) * 1000;
  };
  const end = async () => {
    child.stdin.end();
    await new Promise((resolve) => child.once("close", resolve));
  };
  return { row, end };
}

/** Times a row that does not time itself. */
const timed = ({ row, end }) => ({
  end,
  async row() {
    const began = performance.now();
    await row();
    return performance.now() - began;
  },
});

async function main(rounds) {
  const all = {
    "comlink, bare, thread": timed(bareComlink()),
    "Manager, thread": timed(await ours("thread")),
    "Manager, thread, 100 at a time": timed(await ours("thread", manyCallsOf)),
    "Manager, spawn": timed(await ours("spawn")),
    "Manager, spawn, 100 at a time": timed(await ours("spawn", manyCallsOf)),
    "Python's manager": python(1),
    "Python's manager, 10 threads at a time": python(10),
  };
  try {
    const rows = Object.fromEntries(Object.entries(all).map(([name, { row }]) => [name, row]));
    const samples = await interleaveTook(rows, { rounds, warmUp: 5 });
    printTitle(`${calls} calls, one at a time unless the row says otherwise, ${rounds} rounds, interleaved.`);
    const each = (ms) => ((ms / calls) * 1000).toFixed(1);
    printTable(
      ["row", "median µs a call", "least", "most"],
      Object.entries(samples).map(([name, took]) => [
        name,
        each(median(took)),
        each(Math.min(...took)),
        each(Math.max(...took)),
      ]),
    );
    gate("thread / bare comlink", ratio(samples, "Manager, thread", "comlink, bare, thread"), 1.2);
    gate("thread / Python's manager", ratio(samples, "Manager, thread", "Python's manager"), 0.5);
    gate(
      "thread / Python's manager, many at a time",
      ratio(samples, "Manager, thread, 100 at a time", "Python's manager, 10 threads at a time"),
      0.5,
    );
  } finally {
    for (const { end } of Object.values(all)) await end();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(Number(process.argv[2] ?? 30));
