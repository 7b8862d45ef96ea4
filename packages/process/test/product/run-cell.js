import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { Isolation } from "../fixture/isolation.js";
import { ownLine } from "./axes.js";
import { expectedOf } from "./expected.js";
import { writeProgram } from "./program.js";

/** @typedef {import("./axes.js").Cell} Cell */
/** @typedef {{ faults: string[], ms: number, out: string, err: string }} CellResult */

const modules = fileURLToPath(new URL("../../../../node_modules", import.meta.url));
const pause = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** A program that sweeps what killed programs left: the next one that uses shared memory and sockets does so. */
const sweeper = `import { getContext, Listener } from "@manyhands/process";
const { Lock } = getContext("spawn");
new Lock();
await new Listener().close();`;

/**
 * Runs the program of a cell in a process group of its own, and checks its answer and what it leaves.
 *
 * @param {Cell} cell
 * @param {object} [options]
 * @param {string} [options.node] default: this Node
 * @param {number} [options.line] the release line of that Node
 * @param {number} [options.limitMs]
 * @param {boolean} [options.keep] whether the folder of the program stays
 * @returns {Promise<CellResult>} without faults when all is as it must be.
 */
export async function runCell(cell, { node = process.execPath, line = ownLine, limitMs = 60_000, keep = false } = {}) {
  const begin = performance.now();
  const isolation = new Isolation();
  const { folder } = isolation;
  mkdirSync(join(folder, "coverage"));
  const { args, env } = writeProgram(cell, folder);
  if (cell.loader === "bundle") bundle(join(folder, "program"));
  const launch = (/** @type {string[]} */ ...command) =>
    isolation.launch(command, {
      cwd: join(folder, "program"),
      limits: cell.environment === "descriptors" ? "ulimit -n 64; " : "",
      env: {
        ...env,
        CELL_STARTED: join(folder, "started"),
        CELL_RELEASED: join(folder, "released"),
        CELL_CWD: join(folder, "cwd"),
        ...(cell.environment === "tmpdir" && { TMPDIR: "/sys" }),
        ...(cell.environment === "coverage" && { NODE_V8_COVERAGE: join(folder, "coverage") }),
      },
    });
  const loops = cell.environment === "busy" ? [0, 1].map(() => spawn("sh", ["-c", "while :; do :; done"])) : [];
  /** @type {string[]} */
  const faults = [];
  let out = "";
  let err = "";
  let code = null;
  let signal = null;
  try {
    const program = launch(node, ...args);
    program.stdout.on("data", (piece) => {
      out += piece;
    });
    program.stderr.on("data", (piece) => {
      err += piece;
    });
    const exited = once(program, "exit").then((ended) => ({ ended }));
    const closed = once(program, "close");
    const limit = { late: setTimeout(() => {}, 0) };
    const late = new Promise((resolve) => {
      limit.late = setTimeout(resolve, limitMs, "late");
    });
    if (cell.end === "group" || cell.end === "orphan") void disturb(cell, folder, program, exited);
    const first = await Promise.race([exited, late]);
    clearTimeout(limit.late);
    if (first === "late") {
      faults.push(`no end within ${limitMs} ms`);
      isolation.killProcesses();
      await exited;
    } else {
      [code, signal] = /** @type {{ ended: [number | null, string | null] }} */ (first).ended;
    }
    faults.push(...(await isolation.leftProcesses()));
    // The program's output may arrive after its exit; a process that it left would keep the pipe open.
    await closed;
    if (cell.end === "orphan") {
      const sweep = launch(
        node,
        "--input-type=module",
        "-e",
        sweeper.replace("@manyhands/process", import.meta.resolve("@manyhands/process")),
      );
      await once(sweep, "close");
    }
    faults.push(...isolation.leftFiles());
  } finally {
    for (const loop of loops) loop.kill("SIGKILL");
    if (!keep) isolation.remove();
  }
  faults.push(...compare({ code, signal, out, err }, expectedOf(cell, line)));
  return { faults, ms: Math.round(performance.now() - begin), out, err };
}

/** Sends the signal of the cell's ending, when the function runs. */
async function disturb(cell, folder, program, exited) {
  let over = false;
  void exited.then(() => {
    over = true;
  });
  const ready = join(folder, "ready");
  while (!over && !(existsSync(ready) && readFileSync(ready, "utf8") !== "")) await pause(20);
  if (over) return;
  if (cell.end === "group") process.kill(-program.pid, cell.signal);
  else program.kill("SIGKILL");
}

function bundle(at) {
  const shape = [
    "--bundle",
    "--platform=node",
    "--packages=external",
    "--target=node20",
    "--format=esm",
    "--keep-names",
    "--log-level=error",
  ];
  const { status, stderr } = spawnSync(join(modules, ".bin/esbuild"), [
    join(at, "main.ts"),
    ...shape,
    `--outfile=${join(at, "out.mjs")}`,
  ]);
  if (status !== 0) throw new Error(`esbuild failed: ${stderr}`);
}

function compare({ code, signal, out, err }, expected) {
  const faults = [];
  const is = { code, signal, answer: sortedCalls(parse(out)) };
  const { err: expectedErr, ...must } = expected;
  must.answer = sortedCalls(must.answer);
  if (!isDeepStrictEqual(is, must)) faults.push(`expected ${JSON.stringify(must)}, got ${JSON.stringify(is)}`);
  const unexpected = err.split("\n").filter((line) => line !== "" && !expectedErr.test(line));
  if (unexpected.length > 0) faults.push(`stderr: ${unexpected.slice(0, 3).join(" | ").slice(0, 400)}`);
  return faults;
}

/** A signal ends the worker of either call. */
function sortedCalls(answer) {
  if (answer?.second === undefined) return answer;
  const [call, second] = [answer.call, answer.second].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return { ...answer, call, second };
}

function parse(out) {
  try {
    return JSON.parse(out);
  } catch {
    return out === "" ? null : out;
  }
}
