// Runs the programs of the products: node packages/process/test/product/products.js --help
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { cellOf, knownFault, nameOf, ownLine } from "./axes.js";
import { coveringArray, shuffled } from "./covering-array.js";
import { textOf } from "./program.js";
import { runCell } from "./run-cell.js";
import { supportPage, supportText } from "./support-page.js";

const usage = `node products.js [options]
  --all             runs every cell of the covering array; else the first --count by the seed
  --count N         how many cells, default 24
  --seed TEXT       which cells and in which order, default: the date
  --node PATH       the Node that runs the programs, default: this one
  --cell NAME       runs this one cell, and prints its program when it fails
  --match REGEXP    runs the cells whose name matches
  --jobs N          how many at once, default 2
  --list            prints the cells
  --write-docs      writes packages/process/docs/support.md`;

const { values } = parseArgs({
  options: {
    all: { type: "boolean" },
    count: { type: "string", default: "24" },
    seed: { type: "string", default: new Date().toISOString().slice(0, 10) },
    node: { type: "string", default: process.execPath },
    cell: { type: "string" },
    match: { type: "string" },
    jobs: { type: "string", default: "2" },
    list: { type: "boolean" },
    "write-docs": { type: "boolean" },
    help: { type: "boolean" },
  },
});
if (values.help) {
  console.log(usage);
  process.exit();
}
if (values["write-docs"]) {
  writeFileSync(supportPage, supportText());
  process.exit();
}
const line =
  values.node === process.execPath
    ? ownLine
    : Number.parseInt(spawnSync(values.node, ["-p", "process.versions.node"], { encoding: "utf8" }).stdout, 10);

/** The array is the same on each day, so that a failing cell can be looked up; the seed orders it. */
const whole = coveringArray(line);
const matching =
  values.match === undefined ? whole : whole.filter((cell) => new RegExp(values.match ?? "").test(nameOf(cell)));
const isPart = !values.all && values.match === undefined;
const cells =
  values.cell !== undefined
    ? [cellOf(values.cell)]
    : shuffled(matching, values.seed).slice(0, isPart ? Number(values.count) : undefined);
if (values.list) {
  for (const cell of cells) console.log(nameOf(cell));
  process.exit();
}

console.log(`Node ${line}, seed ${values.seed}: ${cells.length} of ${whole.length} cells`);
const totals = { passed: 0, failed: 0, known: 0, fixed: 0 };
const queue = [...cells];

async function work() {
  for (let cell = queue.shift(); cell !== undefined; cell = queue.shift()) {
    const { faults, ms, out, err } = await runCell(cell, { node: values.node, line });
    const point = knownFault(cell, line);
    const kind =
      faults.length === 0 ? (point === undefined ? "passed" : "fixed") : point === undefined ? "failed" : "known";
    totals[kind] += 1;
    if (kind === "fixed") console.log(`passes, though point ${point} says not: ${nameOf(cell)}`);
    if (kind === "known") console.log(`known, point ${point}: ${nameOf(cell)}`);
    if (kind === "failed") console.log(`FAILED ${nameOf(cell)} (${ms} ms)\n  ${faults.join("\n  ")}`);
    if (values.cell !== undefined) {
      console.log(`${ms} ms\n${out}\n${err}`);
      if (faults.length > 0) console.log(textOf(cell).program, textOf(cell).other);
    }
  }
}
await Promise.all(Array.from({ length: Number(values.jobs) }, work));
console.log(
  Object.entries(totals)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(", "),
);
process.exitCode = totals.failed > 0 ? 1 : 0;
