// @ts-check
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Isolation } from "../fixture/isolation.js";

/** @typedef {import("./plan.js").Engine} Engine */

/**
 * @typedef {object} ChaosResult
 * @property {Engine} engine
 * @property {number} rounds
 * @property {number} calls
 * @property {number} cancels
 * @property {number} kills
 * @property {number} hangs promises that did not settle
 * @property {string[]} left children, processes and files that were left
 * @property {string[]} faults outcomes that are not permitted
 */

/** @type {readonly Engine[]} */
export const engines = ["thread", "spawn", "forkserver", "fork"];

const program = fileURLToPath(new URL("program.js", import.meta.url));
const manyhands = fileURLToPath(new URL("../../bin/manyhands.js", import.meta.url));

/**
 * Runs rounds on one engine, in a program of their own.
 *
 * @param {Engine} engine
 * @param {{ seed: string, seconds: number, first?: number, rounds?: number }} options
 * @returns {Promise<ChaosResult>}
 */
export async function runChaos(engine, { seed, seconds, first = 0, rounds = Number.MAX_SAFE_INTEGER }) {
  const isolation = new Isolation();
  /** @type {ChaosResult} */
  const result = { engine, rounds: 0, calls: 0, cancels: 0, kills: 0, hangs: 0, left: [], faults: [] };
  try {
    const command = [...(engine === "fork" ? [manyhands, "run"] : []), program, engine, seed, `${first}`, `${rounds}`];
    const child = isolation.launch([process.execPath, ...command, `${seconds}`], {
      // A worker process that exhausts its memory does so soon, and writes no core file.
      env: { NODE_OPTIONS: "--max-old-space-size=64" },
      limits: "ulimit -c 0; ",
    });
    let err = "";
    child.stderr.on("data", (piece) => {
      err = `${err}${piece}`.slice(-4000);
    });
    const exited = once(child, "close");
    let last = -1;
    for await (const line of createInterface({ input: child.stdout })) {
      if (!line.startsWith("{")) continue;
      const round = JSON.parse(line);
      const name = `${engine}, round ${round.number}`;
      last = round.number;
      result.rounds += 1;
      for (const key of /** @type {const} */ (["calls", "cancels", "kills", "hangs"])) result[key] += round[key];
      result.left.push(...round.left.map((/** @type {string} */ text) => `${name}: ${text}`));
      result.faults.push(...round.faults.map((/** @type {string} */ text) => `${name}: ${text}`));
    }
    const [code, signal] = await exited;
    if (code !== 0 && result.hangs === 0) {
      result.faults.push(`${engine}, round ${last + 1}: the program ended with ${signal ?? code}; its stderr:\n${err}`);
    }
    result.left.push(...(await isolation.leftProcesses()), ...isolation.leftFiles());
  } finally {
    isolation.killProcesses();
    isolation.remove();
  }
  return result;
}
