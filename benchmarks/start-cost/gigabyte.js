// Whether children can read their parent's memory without a copy: eight forks each read a gigabyte, all alive at once.
//
// Usage: node start-cost/gigabyte.js [megabytes]
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { gate, printTable, printTitle } from "../answer.js";

const megabytes = Number(process.argv[2] ?? 1024);
const [command, program] = ["../../packages/process/bin/manyhands.js", "gigabyte-program.js"].map((file) =>
  fileURLToPath(new URL(file, import.meta.url)),
);
const answer = execFileSync(process.execPath, [command, "run", program, String(megabytes)], { encoding: "utf8" });
const { children, before, after, ms } = JSON.parse(answer);

printTitle(
  `${megabytes} MiB read in ${children} children by \`fork\`, all alive at once; proportional set sizes (PSS).`,
);
printTable(
  ["children", "ms, start included", "PSS before, MiB", "PSS of all, MiB", "growth"],
  [[children, ms.toFixed(0), before.toFixed(0), after.toFixed(0), `${(100 * (after / before - 1)).toFixed(1)} %`]],
);
gate("growth / the memory before", after / before - 1, 0.1);
