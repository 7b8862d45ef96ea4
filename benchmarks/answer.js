// What a question's program answers: printed as Markdown while it comes, and handed to `run.js` when that started the program.
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, release } from "node:os";

/** @typedef {number | { ratio: number, low: number, high: number }} Seen one figure, or a ratio with the middle half of its rounds. */
/** @typedef {{ kind: "text", text: string }} Text */
/** @typedef {{ kind: "table", head: string[], rows: (string | number)[][] }} Table */
/** @typedef {{ kind: "gate", what: string, seen?: Seen, limit: number, kept?: boolean, why?: string }} Gate `why` it was not judged. */
/** @typedef {Text | Table | Gate} Part */

/** @type {Part[]} in the order in which they came. */
const parts = [];

// Where to leave the answer. This program's own children are not asked.
const file = process.env.BENCHMARK_ANSWER;
delete process.env.BENCHMARK_ANSWER;
// Who throws, or is ended, never comes here: half an answer is none.
if (file) process.once("beforeExit", () => writeFileSync(file, JSON.stringify(parts)));

/** One line on where the figures come from. Taken when the program starts, so that the load is that of others. */
const where = `${new Date().toISOString().slice(0, 10)}, ${commit()}, Node ${process.versions.node}, libuv ${process.versions.uv}, ${process.platform}-${process.arch} ${release()}, ${availableParallelism()} × ${cpus()[0]?.model ?? "unknown processor"}, load ${loadavg()[0].toFixed(1)}`;

/** What was asked and how it was measured, with the date, the commit, Node and the machine. */
export function printTitle(text) {
  printText(`${text} ${where}.`);
}

/** A paragraph: what stands above a table, or what was left out and why. */
export function printText(text) {
  console.log(`${parts.at(-1)?.kind === "gate" ? "\n" : ""}${text}\n`);
  parts.push({ kind: "text", text });
}

/** Rows as a Markdown table. */
export function printTable(head, rows) {
  parts.push({ kind: "table", head, rows });
  const line = (cells) => `| ${cells.join(" | ")} |`;
  console.log([line(head), line(head.map(() => "---")), ...rows.map(line), ""].join("\n"));
}

/**
 * A gate: what was promised and what was seen. Sets the exit code when the promise is broken.
 *
 * @param {string} what such as "thread / new Worker".
 * @param {Seen} seen
 * @param {number} limit the most that was promised.
 */
export function gate(what, seen, limit) {
  const { ratio: figure, low, high } = typeof seen === "number" ? { ratio: seen } : seen;
  const kept = figure <= limit;
  parts.push({ kind: "gate", what, seen, limit, kept });
  const half = low === undefined ? "" : ` (middle half of rounds ${figureText(low)}…${figureText(high)})`;
  console.log(`${kept ? "kept  " : "BROKEN"}  ${what}: ${figureText(figure)}${half}, promised ≤ ${limitText(limit)}`);
  if (!kept) process.exitCode = 1;
}

/** A gate that cannot be judged here, and why. It is neither kept nor broken. */
export function notJudged(what, limit, why) {
  parts.push({ kind: "gate", what, limit, why });
  console.log(`not judged  ${what}: ${why}`);
}

/** Two digits after the point, or two significant ones where that would leave none. */
export function figureText(figure) {
  return Math.abs(figure) < 0.1 ? figure.toPrecision(2) : figure.toFixed(2);
}

/** As it was written, thirds cut to three digits. */
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
