// @ts-check
// What a round of chaos does. A plan is decided before the round starts, by the seed and the number of the round alone.
import { Random } from "./random.js";

/** @typedef {"thread" | "spawn" | "forkserver" | "fork"} Engine */

/**
 * @typedef {object} PlannedTask
 * @property {number} id the value of the task follows from it
 * @property {string} does a function of `tasks.js`
 * @property {number} ms how long a task of some duration runs
 */

/**
 * @typedef {object} Cancel how the caller cancels a call
 * @property {"abort" | "timeout" | "future" | "return"} by
 * @property {number} after in milliseconds; for "return", a number of results
 */

/**
 * @typedef {object} CallStep
 * @property {"call"} kind
 * @property {"apply" | "map" | "starmap" | "imap" | "imapUnordered" | "submit" | "executorMap"} call
 * @property {PlannedTask[]} tasks
 * @property {number | undefined} chunkSize
 * @property {number | undefined} attempts
 * @property {Cancel | undefined} cancel
 */
/** @typedef {{ kind: "kill", signal: "SIGKILL" | "SIGTERM", worker: number }} KillStep */
/** @typedef {{ kind: "pause", ms: number }} PauseStep */
/** @typedef {{ kind: "end", how: Ending }} EndStep */
/** @typedef {CallStep | KillStep | PauseStep | EndStep} Step */
/** @typedef {"close" | "terminate" | "dispose"} PoolEnding */
/** @typedef {PoolEnding | "shutdown" | "cancelFutures" | "terminateWorkers" | "killWorkers"} Ending */

/**
 * @typedef {object} Plan
 * @property {Engine} engine
 * @property {number} number
 * @property {"Pool" | "ProcessPoolExecutor"} entry
 * @property {number} size
 * @property {number} salt what the initializer sets in each worker; a part of every value
 * @property {number | undefined} maxTasksPerChild
 * @property {number} graceMs
 * @property {Step[]} steps
 * @property {Ending} ending
 */

const endings = /** @type {const} */ ({
  Pool: ["close", "terminate", "dispose"],
  ProcessPoolExecutor: ["shutdown", "cancelFutures", "terminateWorkers", "killWorkers"],
});
const calls = /** @type {const} */ ({
  Pool: ["apply", "apply", "map", "starmap", "imap", "imapUnordered"],
  ProcessPoolExecutor: ["submit", "submit", "executorMap"],
});
/** A task that never returns by itself; its call must be cancelled. */
export const endless = ["polite", "stubborn"];
const harmless = ["value", "value", "value", "sleep", "busy", "large"];
const failing = ["throws", "symbol"];
/** Tasks that end their worker. */
const crashing = ["exit", "rejection", "memory"];
const signalling = ["sigkill", "sigterm"];

/**
 * @param {Engine} engine
 * @param {string} seed
 * @param {number} number
 * @returns {Plan}
 */
export function planRound(engine, seed, number) {
  const random = new Random(`${seed} ${engine} ${number}`);
  const entry = random.once(3) ? "ProcessPoolExecutor" : "Pool";
  const isCalm = random.once(4);
  let id = 0;
  /** @param {boolean} isCancelled @returns {PlannedTask} */
  const task = (isCancelled) => {
    id += 1;
    const kinds = [
      ...harmless,
      ...failing,
      ...(isCalm ? [] : [...crashing, "exitLater", ...(engine === "thread" ? [] : signalling)]),
    ];
    const isHarmless = random.below(3) > 0;
    const does = isCancelled && random.once(2) ? random.pick(endless) : random.pick(isHarmless ? harmless : kinds);
    return { id, does, ms: random.below(30) };
  };
  /** @returns {CallStep} */
  const call = () => {
    const kind = random.pick(calls[entry]);
    const cancel = random.once(3) ? cancelOf(kind, random) : undefined;
    // A call that only its caller ends: the tasks of a future that has started cannot be cancelled.
    const mayBeEndless =
      cancel !== undefined && (cancel.by === "abort" || (cancel.by === "timeout" && kind === "apply"));
    const isSingle = kind === "apply" || kind === "submit";
    return {
      kind: "call",
      call: kind,
      tasks: Array.from({ length: isSingle ? 1 : random.below(12) }, () => task(mayBeEndless)),
      chunkSize: isSingle || random.once(2) ? undefined : 1 + random.below(4),
      attempts: entry === "Pool" && random.once(4) ? 1 + random.below(3) : undefined,
      cancel,
    };
  };
  /** @returns {Step} */
  const step = () => {
    if (random.once(5)) return { kind: "pause", ms: random.below(20) };
    if (!isCalm && engine !== "thread" && random.once(12)) {
      return { kind: "kill", signal: random.pick(["SIGKILL", "SIGTERM"]), worker: random.below(4) };
    }
    return call();
  };
  const steps = Array.from({ length: 3 + random.below(25) }, step);
  const ending = random.pick(endings[entry]);
  // Ends while calls are pending; the calls after that are refused.
  if (random.once(3)) steps.splice(random.below(steps.length + 1), 0, { kind: "end", how: ending });
  return {
    engine,
    number,
    entry,
    size: 1 + random.below(3),
    salt: random.below(1000),
    maxTasksPerChild: random.once(3) ? 1 + random.below(5) : undefined,
    graceMs: random.pick([0, 20, 200]),
    steps,
    ending,
  };
}

/** @param {CallStep["call"]} call @param {Random} random @returns {Cancel} */
function cancelOf(call, random) {
  const after = random.pick([0, 1, 5, 20, 60]);
  switch (call) {
    case "apply":
      return { by: random.pick(["abort", "timeout"]), after };
    case "submit":
      return { by: "future", after };
    case "executorMap":
      return { by: random.pick(["timeout", "return"]), after };
    case "imap":
    case "imapUnordered":
      return { by: random.pick(["abort", "return"]), after };
    default:
      return { by: "abort", after };
  }
}
