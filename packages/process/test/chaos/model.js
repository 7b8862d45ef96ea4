// @ts-check
// Which outcomes a call of a plan may have.
import { isDeepStrictEqual } from "node:util";
import { endless } from "./plan.js";
import { largeBytes, valueFor } from "./tasks.js";

/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {import("./plan.js").CallStep} CallStep */
/** @typedef {import("./plan.js").PlannedTask} PlannedTask */
/** @typedef {{ value: unknown } | { error: unknown }} Outcome */

/** What the error of a task that fails by itself is. @type {Record<string, string>} */
const ownFailures = {
  throws: "thrown",
  symbol: "encoding",
  exit: "died",
  rejection: "died",
  memory: "died",
  sigkill: "died",
};

/** What a call may reject with, when the pool ends in this way while the call is pending. */
const endFailures = {
  close: [],
  shutdown: [],
  terminate: ["closed"],
  dispose: ["closed"],
  cancelFutures: ["cancelled"],
  terminateWorkers: ["broken", "cancelled"],
  killWorkers: ["broken", "cancelled"],
};

const cancelFailures = { abort: "aborted", timeout: "timeout", future: "cancelled", return: undefined };

/** The kinds of errors by their code. @type {Record<string, string>} */
const kindsByCode = {
  E_CHAOS: "thrown",
  ERR_MANYHANDS_WORKER_DIED: "died",
  ERR_MANYHANDS_BROKEN_PROCESS_POOL: "broken",
  ERR_MANYHANDS_CLOSED: "closed",
  ERR_MANYHANDS_CANCELLED: "cancelled",
  ERR_MANYHANDS_TIMEOUT: "timeout",
};

/** Checks the outcomes of a round. */
export class Model {
  #plan;
  /** Whether a worker may end while it runs a task that is not the reason. */
  #mayKill;
  /** Whether the executor may break. */
  #mayBreak;
  /** How the pool ends while calls are pending. */
  #end;

  /** @param {Plan} plan */
  constructor(plan) {
    this.#plan = plan;
    const tasks = plan.steps.flatMap((step) => (step.kind === "call" ? step.tasks : []));
    this.#mayKill =
      tasks.some(({ does }) => does === "exitLater") ||
      plan.steps.some((step) => step.kind === "kill" && step.signal === "SIGKILL");
    const mayCrash = this.#mayKill || tasks.some(({ does }) => ownFailures[does] === "died");
    this.#mayBreak = plan.entry === "ProcessPoolExecutor" && mayCrash;
    const end = plan.steps.find((step) => step.kind === "end");
    this.#end = end?.how;
  }

  get mayBreak() {
    return this.#mayBreak;
  }

  /**
   * Why an outcome of a call is wrong; `undefined` when it is permitted.
   *
   * @param {CallStep} step
   * @param {Outcome[]} outcomes one; of an iteration, all until its end
   * @param {{ isRefused: boolean, reason: unknown }} made whether the pool had ended when the call was made, and the
   *   reason of its abort
   * @returns {string | undefined}
   */
  faultOf(step, outcomes, { isRefused, reason }) {
    const kinds = outcomes.map((outcome) => ("error" in outcome ? kindOf(outcome.error, reason) : "value"));
    if (isRefused) {
      const [kind] = kinds;
      const isRight = kinds.length === 1 && (kind === "closed" || (this.#mayBreak && kind === "broken"));
      return isRight ? undefined : `refused as ${kinds}`;
    }
    const permitted = new Set([...step.tasks.flatMap((task) => this.#failuresOf(task)), ...this.#callFailures(step)]);
    const foreign = kinds.find((kind) => kind !== "value" && !permitted.has(kind));
    if (foreign !== undefined) return `${foreign}, permitted: ${[...permitted]}`;
    const [first] = outcomes;
    switch (step.call) {
      case "apply":
      case "submit":
        return first !== undefined && "value" in first ? this.#wrongValues(step, [first.value]) : undefined;
      case "map":
      case "starmap": {
        const values = first !== undefined && "value" in first ? first.value : undefined;
        return Array.isArray(values) ? this.#wrongValues(step, values) : undefined;
      }
      default:
        return this.#wrongIteration(step, outcomes);
    }
  }

  /** @param {PlannedTask} task */
  #failuresOf({ does }) {
    const own = ownFailures[does];
    const all = [...(own === undefined ? [] : [own]), ...(this.#mayKill ? ["died"] : [])];
    return this.#plan.entry === "Pool" ? all : all.map((kind) => (kind === "died" ? "broken" : kind));
  }

  /** @param {CallStep} step */
  #callFailures({ cancel }) {
    return [
      ...(cancel === undefined ? [] : [cancelFailures[cancel.by]]),
      ...(this.#mayBreak ? ["broken"] : []),
      ...(this.#end === undefined ? [] : endFailures[this.#end]),
    ];
  }

  /** @param {PlannedTask} task @param {unknown} value */
  #wrongValue(task, value) {
    const { does, id } = task;
    if (ownFailures[does] !== undefined || endless.includes(does)) return `a task that ${does} gave a value`;
    const expected = valueFor(id, this.#plan.salt);
    const right = does === "large" ? { value: expected, bytes: new Uint8Array(largeBytes).fill(id) } : expected;
    return isDeepStrictEqual(value, right)
      ? undefined
      : `a wrong value of task ${id}: ${JSON.stringify(value)?.slice(0, 80)}`;
  }

  /** @param {CallStep} step @param {unknown[]} values */
  #wrongValues({ tasks }, values) {
    if (values.length !== tasks.length) return `${values.length} values of ${tasks.length} tasks`;
    return tasks.map((task, i) => this.#wrongValue(task, values[i])).find((fault) => fault !== undefined);
  }

  /** @param {CallStep} step @param {Outcome[]} outcomes */
  #wrongIteration({ call, tasks, cancel }, outcomes) {
    const isWhole = cancel === undefined && this.#end === undefined && !this.#mayBreak;
    const stopsAtError = call === "executorMap";
    const hasError = outcomes.some((outcome) => "error" in outcome);
    if (isWhole && !(stopsAtError && hasError) && outcomes.length !== tasks.length) {
      return `${outcomes.length} outcomes of ${tasks.length} tasks`;
    }
    // The error of an abort or of the end comes after the last result.
    if (outcomes.length > tasks.length + 1) return `${outcomes.length} outcomes of ${tasks.length} tasks`;
    const unseen = new Map(tasks.map((task) => [valueFor(task.id, this.#plan.salt), task]));
    for (const [i, outcome] of outcomes.entries()) {
      if ("error" in outcome) continue;
      const value = /** @type {{ value?: number }} */ (outcome.value)?.value ?? /** @type {number} */ (outcome.value);
      const task = unseen.get(value);
      if (task === undefined) return `a value of no task, or a second one: ${value}`;
      unseen.delete(value);
      const wrong = this.#wrongValue(task, outcome.value);
      if (wrong !== undefined) return wrong;
      if (call !== "imapUnordered" && tasks.indexOf(task) !== i) return `the value of task ${task.id} at ${i}`;
    }
    return undefined;
  }
}

/** @param {unknown} error @param {unknown} reason */
function kindOf(error, reason) {
  if (reason !== undefined && error === reason) return "aborted";
  if (!(error instanceof Error)) return `a rejection with ${String(error)}`;
  if (error.name === "MaybeEncodingError") return "encoding";
  return kindsByCode[/** @type {NodeJS.ErrnoException} */ (error).code ?? ""] ?? `${error.stack}`;
}
