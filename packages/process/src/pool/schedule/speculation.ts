import type { WorkerDiedError } from "../../base/errors.ts";
import type { PoolWorker } from "./pool-worker.ts";
import { Task, type TaskOutcome, type TaskRace } from "./task.ts";

/** A task is not run a second time before this time, in milliseconds. */
const leastMs = 100;
/** How many times the expected time a task has to take, before it is run a second time. */
const patience = 2;
/** What to expect of a task of unknown duration, in milliseconds. */
const unknownMs = 500;

/**
 * Finds tasks to run a second time, on workers that have nothing else to do: those that take much longer than expected,
 * because their worker or its machine is slow.
 *
 * Source: J. Dean and S. Ghemawat, "MapReduce: Simplified Data Processing on Large Clusters" (OSDI, 2004), section 3.6.
 */
export class Speculation {
  readonly #workers: () => Iterable<PoolWorker>;
  readonly #cancel: (run: Task) => void;
  readonly #onDue: () => void;
  /** How many calls want it. */
  #calls = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param cancel cancels the run of a task that has lost the race.
   * @param onDue called when a task has taken so long that it may be run a second time.
   */
  constructor(workers: () => Iterable<PoolWorker>, cancel: (run: Task) => void, onDue: () => void) {
    this.#workers = workers;
    this.#cancel = cancel;
    this.#onDue = onDue;
  }

  /** A call that wants it begins. @returns a function for its end. */
  begin(): () => void {
    this.#calls += 1;
    return () => {
      this.#calls -= 1;
      if (this.#calls === 0) this.#stopTimer();
    };
  }

  /** A second run of a task that another worker has, for a worker that is idle; `undefined` when there is none now. */
  secondRunFor(idle: PoolWorker): Task | undefined {
    if (this.#calls === 0) return undefined;
    let soonest: Task | undefined;
    for (const worker of this.#workers()) {
      if (worker === idle) continue;
      for (const task of worker.tasks) {
        if (mayRace(task) && (soonest === undefined || dueAt(task) < dueAt(soonest))) soonest = task;
      }
    }
    if (soonest === undefined) return undefined;
    const leftMs = dueAt(soonest) - performance.now();
    if (leftMs > 0) {
      this.#stopTimer();
      this.#timer = setTimeout(this.#onDue, Math.ceil(leftMs)).unref();
      return undefined;
    }
    const second = new Task(soonest.spec);
    second.race = new Race([soonest, second], this.#cancel);
    soonest.race = second.race;
    return second;
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function mayRace(task: Task): boolean {
  return task.spec.speculates === true && task.race === undefined && !task.isSettled && task.cancelError === null;
}

/** When a task has taken so long that it may be run a second time, by `performance.now()`. */
function dueAt({ spec, items, queuedAt, waitedMs = 0 }: Task): number {
  const { meanMs } = spec.fn;
  const expectedMs = meanMs === undefined ? unknownMs : meanMs * items;
  return queuedAt + waitedMs + Math.max(leastMs, patience * expectedMs);
}

/** Two runs of one task on two workers. The first answer settles the task; the other run is cancelled. */
class Race implements TaskRace {
  /** Those that are not settled and whose outcome may still be the task's. */
  readonly #runs: Set<Task>;
  readonly #cancel: (run: Task) => void;
  #isOver = false;

  /** @param cancel cancels a run whose outcome is not wanted any more. */
  constructor(runs: readonly Task[], cancel: (run: Task) => void) {
    this.#runs = new Set(runs);
    this.#cancel = cancel;
  }

  finish(run: Task, outcome: TaskOutcome): boolean {
    if (!this.#runs.delete(run) || this.#isOver) return false;
    if ("error" in outcome && this.#runs.size > 0) return false;
    this.#isOver = true;
    for (const other of this.#runs) this.#cancel(other);
    return true;
  }

  get remaining(): Task | undefined {
    if (this.#isOver) return undefined;
    const [run] = this.#runs;
    return run;
  }

  endFor(run: Task): void {
    if (this.#isOver || !this.#runs.has(run)) return;
    for (const other of [...this.#runs]) {
      if (other === run) continue;
      this.#runs.delete(other);
      this.#cancel(other);
    }
  }

  leaveToOther(run: Task, crash: WorkerDiedError): boolean {
    const other = [...this.#runs].find((candidate) => candidate !== run);
    if (other === undefined || this.#isOver) return false;
    other.crashes = [...other.crashes, crash];
    return true;
  }
}
