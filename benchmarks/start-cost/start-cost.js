// What does it cost to make a child, from the call to its end, by each way there is? The target is empty.
//
// Usage: node start-cost/start-cost.js [rounds]
import { fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { getAllStartMethods, Process } from "@manyhands/process";
import { gate, printTable, printTitle } from "../answer.js";
import { interleave, median, ratio } from "../measure.js";

const empty = new URL("./empty.js", import.meta.url);
const expectZero = (code) => {
  if (code !== 0) throw new Error(`a child ended with ${code}`);
};
const start = (startMethod) => async () =>
  expectZero(await new Process({ module: empty, name: "nothing" }, { startMethod }).start().join());
const exit = async (child) => expectZero((await once(child, "exit"))[0]);

/** Each makes one child and waits for its end. */
export const rows = {
  "new Worker": () => exit(new Worker(empty)),
  "Process, thread": start("thread"),
  "child_process.fork": () => exit(fork(empty)),
  "child_process.spawn": () => exit(spawn(process.execPath, [fileURLToPath(empty)], { stdio: "ignore" })),
  "Process, spawn": start("spawn"),
  ...(getAllStartMethods().includes("forkserver") && { "Process, forkserver": start("forkserver") }),
};

/** Time to import the package, and to run a Node program that does nothing, each in a program of its own. */
async function importRows(folder) {
  const program = (name, text) => {
    writeFileSync(join(folder, name), text);
    return () => exit(spawn(process.execPath, [join(folder, name)], { stdio: "ignore" }));
  };
  return {
    "an empty program": program("empty.mjs", ""),
    "a program that imports the package": program(
      "import.mjs",
      `import ${JSON.stringify(import.meta.resolve("@manyhands/process"))};`,
    ),
  };
}

async function main(rounds) {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-start-cost-"));
  try {
    const all = { ...rows, ...(await importRows(folder)) };
    const samples = await interleave(all, { rounds });
    printTitle(`\`start()\` to exit of an empty target, ${rounds} rounds, interleaved.`);
    printTable(
      ["row", "median ms", "least", "most"],
      Object.entries(samples).map(([name, took]) => [
        name,
        ...[median(took), Math.min(...took), Math.max(...took)].map((ms) => ms.toFixed(1)),
      ]),
    );
    gate("thread / new Worker", ratio(samples, "Process, thread", "new Worker"), 1.3);
    gate("spawn / child_process.fork", ratio(samples, "Process, spawn", "child_process.fork"), 1.15);
    if ("Process, forkserver" in samples) {
      gate("forkserver / child_process.fork", ratio(samples, "Process, forkserver", "child_process.fork"), 0.25);
    }
    gate(
      "a program that imports / an empty program",
      ratio(samples, "a program that imports the package", "an empty program"),
      1.5,
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(Number(process.argv[2] ?? 40));
