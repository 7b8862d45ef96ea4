// The cost of locating a function and capturing its variables, compared with a function named by its module.
//
// Only `start()` is timed, in the parent, on threads. Each first start runs in a new program, since modules that it
// loads stay loaded; the later starts share one program.
//
// Usage: node target-cost/target-cost.js [rounds]
import { execFile } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { Process } from "@manyhands/process";
import { gate, printTable, printTitle } from "../answer.js";
import { interleave, median } from "../measure.js";

const self = fileURLToPath(import.meta.url);
const empty = new URL("../start-cost/empty.js", import.meta.url);
const step = 41;
const add = (x) => x + step;
function job(x) {
  return add(x);
}
const targets = { captured: job, named: { module: empty, name: "nothing" } };

/** The milliseconds of one `start()`. Checks the child's answer. */
async function timeStart(target) {
  const began = performance.now();
  const child = new Process(target, { args: [1] }).start();
  const took = performance.now() - began;
  const answer = await child.result();
  if (answer !== (target === job ? 42 : undefined)) throw new Error(`a child answered ${answer}`);
  await child.join();
  return took;
}

async function timeWorker() {
  const began = performance.now();
  await once(new Worker(empty), "exit");
  return performance.now() - began;
}

async function firstIn(program) {
  const { stdout } = await promisify(execFile)(process.execPath, [self, program]);
  return Number(stdout);
}

async function main(rounds) {
  // Each row times itself, without the work around the call.
  const took = {};
  const row = (name, time) => async () => {
    took[name] ??= [];
    took[name].push(await time());
  };
  const rows = {
    "new Worker, cold": row("worker", () => firstIn("worker")),
    "first start, captured": row("first captured", () => firstIn("captured")),
    "first start, named": row("first named", () => firstIn("named")),
    "start, captured": row("captured", () => timeStart(job)),
    "start, named": row("named", () => timeStart(targets.named)),
  };
  await interleave(rows, { rounds, warmUp: 3 });
  const ms = Object.fromEntries(Object.entries(took).map(([name, times]) => [name, median(times.slice(3))]));
  printTitle(`\`start()\` alone, on a thread, ${rounds} rounds, interleaved.`);
  printTable(
    ["row", "median ms"],
    Object.entries(ms).map(([name, median]) => [name, median.toFixed(2)]),
  );
  const extra = (captured, named) => (ms[captured] - ms[named]) / ms.worker;
  gate("finding and capturing, the first time / new Worker, cold", extra("first captured", "first named"), 1);
  gate("finding and capturing, after that / new Worker, cold", extra("captured", "named"), 0.01);
}

const [, program, argument] = process.argv;
if (program === self) {
  if (argument === "worker") console.log(await timeWorker());
  else if (argument in targets) console.log(await timeStart(targets[argument]));
  else await main(Number(argument ?? 30));
}
