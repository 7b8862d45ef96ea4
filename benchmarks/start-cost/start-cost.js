// The cost of a child from the call to its end, for each way to start one. The target is empty.
//
// Usage: node start-cost/start-cost.js [rounds]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gate, printTable, printText, printTitle } from "../answer.js";
import { interleaveTook, median, ratio } from "../measure.js";
import { openForeign, rows, took } from "./rows.js";

/** The time to import the package, and to run an empty Node program, each in a new process. */
function importRows(folder) {
  const program = (name, text) => {
    writeFileSync(join(folder, name), text);
    return () =>
      took(async () => {
        const [code] = await once(spawn(process.execPath, [join(folder, name)], { stdio: "ignore" }), "exit");
        if (code !== 0) throw new Error(`${name} ended with ${code}`);
      });
  };
  return {
    "an empty program": program("empty.mjs", ""),
    "a program that imports the package": program(
      "import.mjs",
      `import ${JSON.stringify(import.meta.resolve("@manyhands/process"))};`,
    ),
  };
}

const rounds = Number(process.argv[2] ?? 40);
const folder = mkdtempSync(join(tmpdir(), "manyhands-start-cost-"));
const foreign = await openForeign();
try {
  const samples = await interleaveTook({ ...rows, ...foreign.rows, ...importRows(folder) }, { rounds });
  printTitle(`\`start()\` to exit of an empty target, unless the row says otherwise; ${rounds} rounds, interleaved.`);
  printTable(
    ["row", "median ms", "least", "most"],
    Object.entries(samples).map(([name, took]) => [
      name,
      ...[median(took), Math.min(...took), Math.max(...took)].map((ms) => (ms < 1 ? ms.toFixed(3) : ms.toFixed(1))),
    ]),
  );
  for (const why of foreign.missing) printText(`Unavailable: ${why}.`);
  const compare = (what, a, b, limit) => a in samples && gate(what, ratio(samples, a, b), limit);
  compare("thread / new Worker", "Process, thread", "new Worker", 1.3);
  compare("spawn / child_process.fork", "Process, spawn", "child_process.fork", 1.15);
  compare("forkserver / child_process.fork, asked", "Process, forkserver, asked", "child_process.fork, asked", 0.25);
  compare(
    "thread kept ready / new Worker, to the answer",
    "Process, thread kept ready, to its answer",
    "new Worker, to its answer",
    0.2,
  );
  compare("a program that imports / an empty program", "a program that imports the package", "an empty program", 1.5);
} finally {
  await foreign.close();
  rmSync(folder, { recursive: true, force: true });
}
