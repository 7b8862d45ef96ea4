import type { AsyncLocalStorage } from "node:async_hooks";

/** The task that a pool's worker is running, as the task itself sees it. */
export class CurrentTask {
  readonly #poll: () => void;
  #abort: AbortController | undefined;
  #cancelled: { readonly reason: unknown } | undefined;
  #polledAt = Number.NEGATIVE_INFINITY;
  #isOver = false;

  /** @param poll delivers a cancellation that the event loop has not delivered yet. */
  constructor(poll: () => void) {
    this.#poll = poll;
  }

  /**
   * Aborts when the task is cancelled or runs out of time. Pass it to anything that takes a signal:
   * `sleep(100, null, { signal })`. A loop that blocks the event loop may read `signal.aborted`.
   */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      pollWhenRead(this.#abort.signal, () => this.isCancelled);
      if (this.#cancelled !== undefined) this.#abort.abort(this.#cancelled.reason);
    }
    return this.#abort.signal;
  }

  /** Whether the task was cancelled. Works in a loop that blocks the event loop, too. */
  get isCancelled(): boolean {
    // Polling the channel takes microseconds, reading the clock a twentieth of one.
    const now = performance.now();
    if (this.#cancelled === undefined && !this.#isOver && now - this.#polledAt >= pollEveryMs) {
      this.#polledAt = now;
      this.#poll();
    }
    return this.#cancelled !== undefined;
  }

  /**
   * Ends a cancelled task; call it in long loops.
   *
   * @throws the reason of the cancellation.
   */
  throwIfCancelled(): void {
    if (this.isCancelled) throw this.#cancelled?.reason;
  }

  /** Cancels the task. */
  cancel(reason: unknown): void {
    this.#cancelled ??= { reason };
    this.#abort?.abort(reason);
  }

  /** Marks the task as ended, so that code that still holds it polls no more. */
  end(): void {
    this.#isOver = true;
  }
}

// The event loop delivers a cancellation; a loop that blocks it must poll. Reading the signal's state polls.
function pollWhenRead(signal: AbortSignal, poll: () => void): void {
  const { aborted } = Object.getOwnPropertyDescriptors(AbortSignal.prototype);
  const get = () => {
    poll();
    return aborted.get?.call(signal);
  };
  const throwIfAborted = () => {
    poll();
    AbortSignal.prototype.throwIfAborted.call(signal);
  };
  Object.defineProperties(signal, { aborted: { get }, throwIfAborted: { value: throwIfAborted } });
}

const pollEveryMs = 1;

let current: CurrentTask | null = null;
/** Keeps the tasks of a worker that runs several at a time apart. */
let separate: AsyncLocalStorage<CurrentTask> | undefined;

/**
 * The task that this worker of a pool is running; `null` outside a task. With `concurrentTasksPerWorker`, the task that
 * the calling code belongs to.
 *
 * @example
 * for (const row of rows) {
 *   currentTask()?.throwIfCancelled();
 *   crunch(row);
 * }
 */
export function currentTask(): CurrentTask | null {
  return separate === undefined ? current : (separate.getStore() ?? null);
}

/** Sets the task that runs from now on; `null` for none. */
export function setCurrentTask(task: CurrentTask | null): void {
  current = task;
}

/** Prepares this worker to run several tasks at a time. */
export function separateCurrentTasks(): void {
  separate ??= new (process.getBuiltinModule("node:async_hooks").AsyncLocalStorage)();
}

/** Runs code of one task among several, after {@link separateCurrentTasks}. */
export function runAsCurrent<R>(task: CurrentTask, run: () => R): R {
  return (separate as AsyncLocalStorage<CurrentTask>).run(task, run);
}
