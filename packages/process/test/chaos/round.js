// @ts-check
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";
import { Pool, ProcessPoolExecutor } from "@manyhands/process";
import { Model } from "./model.js";
import { valueFor } from "./tasks.js";

/** @typedef {import("./plan.js").Plan} Plan */
/** @typedef {import("./plan.js").Ending} Ending */
/** @typedef {import("./plan.js").CallStep} CallStep */
/** @typedef {import("./plan.js").KillStep} KillStep */
/** @typedef {import("./plan.js").PlannedTask} PlannedTask */
/** @typedef {import("./model.js").Outcome} Outcome */
/** @typedef {{ calls: number, cancels: number, kills: number, hangs: number, faults: string[] }} RoundResult */

const module = new URL("./tasks.js", import.meta.url);
const run = /** @type {import("@manyhands/process").Target<(task: PlannedTask) => unknown>} */ (
  /** @type {unknown} */ ({ module, name: "run" })
);

/** Runs a plan, and checks every outcome. */
export class Round {
  #plan;
  #model;
  #limitMs;
  /** @type {Pool | ProcessPoolExecutor} */
  #pool;
  #hasEnded = false;
  /** What has not settled yet, by name. @type {Set<string>} */
  #pending = new Set();
  /** @type {Promise<void>[]} */
  #settled = [];
  #progressAt = performance.now();
  /** @type {RoundResult} */
  #result = { calls: 0, cancels: 0, kills: 0, hangs: 0, faults: [] };

  /**
   * @param {Plan} plan
   * @param {number} limitMs how long nothing may settle before that counts as a hang
   */
  constructor(plan, limitMs) {
    this.#plan = plan;
    this.#model = new Model(plan);
    this.#limitMs = limitMs;
    const { entry, size, engine, salt, maxTasksPerChild, graceMs } = plan;
    const options = {
      startMethod: engine,
      initializer: /** @type {never} */ ({ module, name: "initialize" }),
      initArgs: [salt],
      graceMs,
      ...(maxTasksPerChild !== undefined && { maxTasksPerChild }),
      ...(engine === "thread" && { resourceLimits: { maxOldGenerationSizeMb: 32 } }),
    };
    this.#pool =
      entry === "Pool"
        ? new Pool({ processes: size, ...options })
        : new ProcessPoolExecutor({ maxWorkers: size, ...options });
  }

  /** @returns {Promise<RoundResult>} */
  async run() {
    for (const step of this.#plan.steps) {
      if (step.kind === "pause") await sleep(step.ms);
      else if (step.kind === "kill") this.#kill(step);
      else if (step.kind === "end") this.#track(`the end by ${step.how}`, this.#end(step.how));
      else this.#call(step);
    }
    if (!(await this.#untilSettled())) return this.#giveUp();
    if (!this.#hasEnded) this.#track("the check of the pool", this.#checkWorks());
    if (!(await this.#untilSettled())) return this.#giveUp();
    this.#track(`the end by ${this.#plan.ending}`, this.#end(this.#plan.ending));
    if (!(await this.#untilSettled())) return this.#giveUp();
    const { workers, queued, running } = this.#pool.stats();
    if (workers.length + queued + running > 0) this.#fault("after the end", inspect({ workers, queued, running }));
    return this.#result;
  }

  /** @param {string} where @param {unknown} what */
  #fault(where, what) {
    this.#result.faults.push(`${where}: ${what instanceof Error ? what.stack : what}`);
  }

  /** Counts a promise as pending until it settles. @param {string} name @param {Promise<unknown>} promise */
  #track(name, promise) {
    this.#pending.add(name);
    this.#settled.push(
      promise
        .catch((error) => this.#fault(name, error))
        .then(() => {
          this.#pending.delete(name);
          this.#progressAt = performance.now();
        }),
    );
  }

  /** @returns {Promise<boolean>} whether all has settled; `false` when nothing settles any more. */
  async #untilSettled() {
    const all = Promise.all(this.#settled).then(() => true);
    this.#progressAt = performance.now();
    for (;;) {
      const timer = new AbortController();
      const waited = sleep(1000, false, { signal: timer.signal }).catch(() => false);
      const isSettled = await Promise.race([all, waited]);
      timer.abort();
      if (isSettled) return true;
      if (performance.now() - this.#progressAt > this.#limitMs) return false;
    }
  }

  #giveUp() {
    this.#result.hangs += this.#pending.size;
    for (const name of this.#pending) this.#fault(name, "has not settled");
    this.#fault("the pool", inspect(this.#pool.stats(), { breakLength: Number.POSITIVE_INFINITY }));
    return this.#result;
  }

  /** @param {KillStep} step */
  #kill({ signal, worker }) {
    // SIGKILL of workers that start breaks a pool; SIGTERM does not.
    const workers = this.#pool.stats().workers.filter(({ state }) => signal === "SIGTERM" || state !== "booting");
    const chosen = workers[worker % workers.length];
    if (chosen === undefined || chosen.pid === null || chosen.pid === process.pid) return;
    this.#result.kills += 1;
    try {
      process.kill(chosen.pid, signal);
    } catch {
      // It has exited.
    }
  }

  /** @param {Ending} how */
  async #end(how) {
    this.#hasEnded = true;
    const pool = /** @type {Pool} */ (this.#pool);
    const executor = /** @type {ProcessPoolExecutor} */ (this.#pool);
    switch (how) {
      case "close":
      case "terminate":
        pool[how]();
        await pool.join();
        break;
      case "dispose":
        await pool[Symbol.asyncDispose]();
        break;
      case "terminateWorkers":
      case "killWorkers":
        executor[how]();
        await executor.shutdown();
        break;
      default:
        await executor.shutdown({ cancelFutures: how === "cancelFutures" });
    }
  }

  /** After all calls, the pool answers and has all its workers. */
  async #checkWorks() {
    const { size, salt, entry } = this.#plan;
    const tasks = Array.from({ length: 4 * size }, (_, i) => ({ id: i, does: "value", ms: 0 }));
    const expected = tasks.map(({ id }) => valueFor(id, salt)).join();
    if (this.#pool instanceof Pool) {
      const values = await this.#pool.map(run, tasks, { chunkSize: 1 });
      if (values.join() !== expected) this.#fault("the check of the pool", `gave ${values}, not ${expected}`);
      const whole = () => this.#pool.stats().workers.filter(({ state }) => state !== "ending").length === size;
      while (!whole()) await sleep(5);
      return;
    }
    try {
      const values = [];
      for await (const value of this.#pool.map(run, tasks)) values.push(value);
      if (values.join() !== expected) this.#fault(`the check of the ${entry}`, `gave ${values}, not ${expected}`);
    } catch (error) {
      const { code } = /** @type {NodeJS.ErrnoException} */ (error);
      if (!(this.#model.mayBreak && code === "ERR_MANYHANDS_BROKEN_PROCESS_POOL")) throw error;
    }
  }

  /** @param {CallStep} step */
  #call(step) {
    const number = ++this.#result.calls;
    const tasks = step.tasks.map(({ id, does }) => `${id} ${does}`).join(", ");
    const name = `call ${number}, ${step.call}(${tasks})`;
    const isRefused = this.#hasEnded;
    if (step.cancel !== undefined) this.#result.cancels += 1;
    const controller = step.cancel?.by === "abort" ? new AbortController() : undefined;
    if (controller !== undefined) setTimeout(() => controller.abort(), step.cancel?.after);
    const check = async () => {
      const outcomes = await this.#outcomes(step, name, controller?.signal);
      const fault = this.#model.faultOf(step, outcomes, { isRefused, reason: controller?.signal.reason });
      if (fault !== undefined) this.#fault(name, fault);
    };
    this.#track(name, check());
  }

  /**
   * Makes a call.
   *
   * @param {CallStep} step
   * @param {string} name
   * @param {AbortSignal | undefined} signal
   * @returns {Promise<Outcome[]>}
   */
  async #outcomes({ call, tasks, chunkSize, attempts, cancel }, name, signal) {
    const pool = /** @type {Pool} */ (this.#pool);
    const executor = /** @type {ProcessPoolExecutor} */ (this.#pool);
    const timeoutMs = cancel?.by === "timeout" ? cancel.after : undefined;
    let cancelled = 0;
    const single = {
      ...(signal && {
        signal,
        onCancel: () => {
          cancelled += 1;
          if (tasks.length === 1 && cancelled > 1) this.#fault(name, "onCancel ran twice");
        },
      }),
      ...(attempts !== undefined && { retry: { attempts } }),
    };
    const options = { ...single, ...(chunkSize !== undefined && { chunkSize }) };
    try {
      switch (call) {
        case "apply":
          return [{ value: await pool.apply(run, /** @type {[PlannedTask]} */ (tasks), { ...single, timeoutMs }) }];
        case "map":
          return [{ value: await pool.map(run, tasks, options) }];
        case "starmap":
          return [
            { value: await pool.starmap(run, /** @type {[PlannedTask][]} */ (tasks.map((task) => [task])), options) },
          ];
        case "submit": {
          const future = executor.submit(run, /** @type {PlannedTask} */ (tasks[0]));
          let called = 0;
          future.addDoneCallback(() => {
            called += 1;
          });
          if (cancel !== undefined) setTimeout(() => future.cancel(), cancel.after);
          try {
            return [{ value: await future }];
          } finally {
            if (called !== 1) this.#fault(name, `a callback of the future ran ${called} times`);
          }
        }
        default: {
          const results =
            call === "executorMap"
              ? executor.map(run, tasks, { chunkSize, ...(timeoutMs !== undefined && { timeoutMs }) })
              : pool[call](run, tasks, options);
          return await collected(results, tasks.length, cancel?.by === "return" ? cancel.after : undefined);
        }
      }
    } catch (error) {
      return [{ error }];
    }
  }
}

/**
 * All outcomes of an iteration, errors included.
 *
 * @param {AsyncIterableIterator<unknown>} results
 * @param {number} items
 * @param {number | undefined} stopAfter how many outcomes are fetched
 */
async function collected(results, items, stopAfter) {
  /** @type {Outcome[]} */
  const outcomes = [];
  // More outcomes than there may be are a fault that the model reports.
  while (outcomes.length < items + 2) {
    if (outcomes.length === stopAfter) {
      await results.return?.();
      return outcomes;
    }
    try {
      const { done, value } = await results.next();
      if (done) break;
      outcomes.push({ value });
    } catch (error) {
      outcomes.push({ error });
    }
  }
  return outcomes;
}
