// @ts-check
// Runs rounds of chaos on one engine, and prints a line of JSON for each: program.js ENGINE SEED FIRST ROUNDS SECONDS
import { readdirSync, readlinkSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { activeChildren } from "@manyhands/process";
import { planRound } from "./plan.js";
import { Round } from "./round.js";

const [engine, seed = "", first, rounds, seconds] = process.argv.slice(2);
const until = performance.now() + Number(seconds) * 1000;
/** How long nothing may settle, in milliseconds. A machine under load takes seconds to start a process. */
const limitMs = 60_000;
/** @type {string[]} */
const unhandled = [];
const { pid } = process;
process.on("unhandledRejection", (error) => {
  // A fork inherits this listener.
  if (process.pid !== pid) throw error;
  unhandled.push(`unhandled rejection: ${inspect(error)}`);
});
// An executor that breaks warns of it; any other warning is a fault.
process.removeAllListeners("warning");
process.on("warning", ({ name, message }) => {
  if (!/^(BrokenProcessPoolError|ExperimentalWarning|DeprecationWarning)$/.test(name)) {
    unhandled.push(`${name}: ${message}`);
  }
});

const open = () => process.getActiveResourcesInfo().filter((kind) => /^(ProcessWrap|MessagePort|Worker)$/.test(kind));
/** Open descriptors. Not those of modules: Node leaves one open when a thread ends while it reads the module. */
const descriptors = () =>
  readdirSync("/proc/self/fd").filter((name) => {
    try {
      return !/\.m?js$/.test(readlinkSync(`/proc/self/fd/${name}`));
    } catch {
      return false;
    }
  }).length;

/** What a round left: children, open handles, descriptors. @param {number | undefined} usual */
async function leftovers(usual) {
  const left = () => [...activeChildren().map(String), ...open()];
  const giveUpAt = performance.now() + limitMs;
  const isMore = () => usual !== undefined && descriptors() > usual;
  while ((left().length > 0 || isMore()) && performance.now() < giveUpAt) await sleep(5);
  return [...left(), ...(isMore() ? [`${descriptors()} descriptors, not ${usual}`] : [])];
}

/** The descriptors that stay open: those of the fork server, of threads kept in reserve. @type {number | undefined} */
let usual;
for (let number = Number(first); number < Number(first) + Number(rounds) && performance.now() < until; number++) {
  const plan = planRound(/** @type {never} */ (engine), seed, number);
  const startedAt = performance.now();
  const result = await new Round(plan, limitMs).run();
  const left = result.hangs > 0 ? [] : await leftovers(usual);
  if (number > Number(first)) usual ??= descriptors() + 16;
  const faults = [...result.faults, ...unhandled.splice(0)];
  const ms = Math.round(performance.now() - startedAt);
  process.stdout.write(`${JSON.stringify({ number, ms, ...result, faults, left })}\n`);
  if (result.hangs > 0) process.exit(1);
}
