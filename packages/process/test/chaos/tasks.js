// @ts-check
// What workers run during chaos.
import { setTimeout as sleep } from "node:timers/promises";
import { currentTask } from "@manyhands/process";

/** @typedef {import("./plan.js").PlannedTask} PlannedTask */

let salt = 0;

/** The initializer of a worker. @param {number} value */
export function initialize(value) {
  salt = value;
}

/** The value of a task, for its worker and for the model. @param {number} id @param {number} ofSalt */
export const valueFor = (id, ofSalt) => 2 * id + ofSalt;

export const largeBytes = 200_000;

/** @type {Record<string, (task: PlannedTask) => unknown>} */
const tasks = {
  value: ({ id }) => valueFor(id, salt),
  sleep: ({ id, ms }) => sleep(ms).then(() => valueFor(id, salt)),
  busy({ id, ms }) {
    for (const until = performance.now() + ms; performance.now() < until; );
    return valueFor(id, salt);
  },
  large: ({ id }) => ({ value: valueFor(id, salt), bytes: new Uint8Array(largeBytes).fill(id) }),
  throws({ id }) {
    throw Object.assign(new RangeError(`chaos ${id}`), { code: "E_CHAOS" });
  },
  symbol: () => Symbol("chaos"),
  exit: ({ id }) => process.exit(id % 3),
  exitLater({ id }) {
    setImmediate(() => process.exit(4));
    return valueFor(id, salt);
  },
  rejection() {
    void Promise.reject(new RangeError("chaos: not awaited"));
    return sleep(600_000);
  },
  memory() {
    const kept = [];
    for (;;) kept.push(new Array(10_000).fill(Math.random()));
  },
  sigkill({ id }) {
    process.kill(process.pid, "SIGKILL");
    return valueFor(id, salt);
  },
  // Workers ignore it.
  sigterm({ id }) {
    process.kill(process.pid, "SIGTERM");
    return valueFor(id, salt);
  },
  polite: () =>
    new Promise((_, reject) => {
      const signal = /** @type {AbortSignal} */ (currentTask()?.signal);
      const keepAlive = setInterval(() => {}, 60_000);
      const stop = () => {
        clearInterval(keepAlive);
        reject(new Error("stopped when asked to"));
      };
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop);
    }),
  stubborn() {
    for (;;);
  },
};

/** Runs a planned task. @param {PlannedTask} task */
export const run = (task) => /** @type {(task: PlannedTask) => unknown} */ (tasks[task.does])(task);
