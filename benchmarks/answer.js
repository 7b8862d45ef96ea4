// The output of a benchmark: printed as Markdown at once, and written to a file for `run.js` when that started the
// program.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release } from "node:os";

/** @typedef {number | { ratio: number, low?: number, high?: number }} Seen a value, or a ratio and its interval. */
/** @typedef {{ kind: "text", text: string }} Text */
/** @typedef {{ kind: "table", head: string[], rows: (string | number)[][] }} Table */
/** @typedef {{ kind: "gate", what: string, seen?: Seen, limit: number, kept?: boolean, why?: string }} Gate */
/** @typedef {Text | Table | Gate} Part */

/** @type {Part[]} */
const parts = [];

// The file for the output. Deleted from the environment, so that children of this program do not write it too.
const file = process.env.BENCHMARK_ANSWER;
delete process.env.BENCHMARK_ANSWER;
// A program that throws or is killed emits no `beforeExit`, so it writes no partial output.
if (file) process.once("beforeExit", () => writeFileSync(file, JSON.stringify(parts)));

/** The environment of the measurement. Read when the program starts, so that the load is that of other programs. */
const where = `${new Date().toISOString().slice(0, 10)}, ${commit()}, Node ${process.versions.node}, libuv ${process.versions.uv}, ${process.platform}-${process.arch} ${release()}, ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown processor"}, load ${loadavg()[0].toFixed(1)}`;

/** Prints what is measured and how, with the date, the commit, Node and the machine. */
export function printTitle(text) {
  printText(`${text} ${where}.`);
}

/** Prints a paragraph. */
export function printText(text) {
  console.log(`${parts.at(-1)?.kind === "gate" ? "\n" : ""}${text}\n`);
  parts.push({ kind: "text", text });
}

/** Prints rows as a Markdown table. */
export function printTable(head, rows) {
  parts.push({ kind: "table", head, rows });
  const line = (cells) => `| ${cells.join(" | ")} |`;
  console.log([line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n"));
}

/**
 * Prints a gate: the limit and the measured value. Sets the exit code when the value exceeds the limit.
 *
 * @param {string} what such as "thread / new Worker".
 * @param {Seen} seen
 * @param {number} limit the largest value that passes.
 */
export function gate(what, seen, limit) {
  const { ratio: figure, low, high } = typeof seen === "number" ? { ratio: seen } : seen;
  const kept = figure <= limit;
  parts.push({ kind: "gate", what, seen, limit, kept });
  const interval = low === undefined ? "" : ` (95 % interval ${figureText(low)}…${figureText(high)})`;
  console.log(
    `${kept ? "kept  " : "BROKEN"}  ${what}: ${figureText(figure)}${interval}, promised ≤ ${limitText(limit)}`,
  );
  if (!kept) process.exitCode = 1;
}

/** Prints a gate that cannot be judged on this machine, and why. It neither passes nor fails. */
export function notJudged(what, limit, why) {
  parts.push({ kind: "gate", what, limit, why });
  console.log(`not judged  ${what}: ${why}`);
}

/** Formats with two decimals, or with two significant digits below 0.1. */
export function figureText(figure) {
  return Math.abs(figure) < 0.1 ? figure.toPrecision(2) : figure.toFixed(2);
}

/** Formats a limit with at most three decimals. */
export function limitText(limit) {
  return String(Number(limit.toFixed(3)));
}

function commit() {
  const git = (...args) =>
    execFileSync("git", args, { encoding: "utf8", stdio: "pipe", cwd: import.meta.dirname }).trim();
  try {
    const changed = git("status", "--porcelain", "--", "..", ":!README.md") !== "";
    return `commit ${git("rev-parse", "--short", "HEAD")}${changed ? " with changes" : ""}`;
  } catch {
    return "no commit";
  }
}
