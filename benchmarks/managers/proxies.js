// Whether proxies that are created and dropped leave anything. A program creates 10 000 of them in each round,
// disposes half of them by `using`, and leaves the others to the garbage collector.
//
// Usage: node managers/proxies.js [rounds]
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Manager } from "@manyhands/process";
import { gate, printTable, printTitle } from "../answer.js";

const proxies = 10_000;
const atATime = 100;
/** Rounds until the heap has reached its size. */
const settled = 5;

async function makeAndDrop(manager) {
  for (let i = 0; i < proxies; i += atATime) {
    const made = await Promise.all(Array.from({ length: atATime }, () => manager.value(i)));
    for (const each of made.slice(0, atATime / 2)) each[Symbol.dispose]();
  }
}

async function main(rounds) {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  const manager = await new Manager({ startMethod: "spawn" }).start();
  const looks = [];
  const look = async () => {
    // The others are released when the garbage collector has found them.
    do collect();
    while ((await manager.objectCount()) > 0);
    const there = await manager.process.info();
    looks.push({ here: process.memoryUsage.rss(), there: there.residentBytes, heap: process.memoryUsage().heapUsed });
  };
  try {
    await look();
    for (let round = 0; round < rounds; round++) {
      await makeAndDrop(manager);
      await look();
    }
  } finally {
    await manager.shutdown();
  }
  printTitle(`${proxies} proxies created and dropped in each of ${rounds} rounds.`);
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  printTable(
    ["rounds", "MB resident, the manager", "MB resident, the program", "MB in its heap"],
    looks.map(({ here, there, heap }, round) => [round, megabytes(there), megabytes(here), megabytes(heap)]),
  );
  const growth = (of) => looks.at(-1)[of] / looks[settled][of];
  gate(`the manager's memory, after ${rounds} rounds / after ${settled}`, growth("there"), 1.1);
  gate(`the program's memory, after ${rounds} rounds / after ${settled}`, growth("here"), 1.1);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await main(Math.max(settled + 1, Number(process.argv[2] ?? 20)));
