/** The task that a pool's worker is running, as the task itself sees it. */
export class CurrentTask {
  readonly #poll: () => void;
  #abort: AbortController | undefined;
  #cancelled: { readonly reason: unknown } | undefined;
  #polledAt = Number.NEGATIVE_INFINITY;
  #isOver = false;

  /** @param poll looks for a cancellation that the event loop has not come to. */
  constructor(poll: () => void) {
    this.#poll = poll;
  }

  /**
   * Aborts when the task is cancelled or out of time, for everything that takes a signal: `sleep(100, null, { signal })`. A
   * loop that never goes back to the event loop may read `signal.aborted`.
   */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      lookWhenRead(this.#abort.signal, () => this.isCancelled);
      if (this.#cancelled !== undefined) this.#abort.abort(this.#cancelled.reason);
    }
    return this.#abort.signal;
  }

  /** Whether the task was cancelled. Sees so in the midst of a loop that never goes back to the event loop. */
  get isCancelled(): boolean {
    // A look at the line costs microseconds, a look at the clock a twentieth of one.
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

  /** Notes that the task was cancelled. */
  cancel(reason: unknown): void {
    this.#cancelled ??= { reason };
    this.#abort?.abort(reason);
  }

  /** Notes that the task has ended: whoever still holds it looks no more. */
  end(): void {
    this.#isOver = true;
  }
}

// A message is delivered by the event loop. Whoever reads a signal in a loop has it looked for.
function lookWhenRead(signal: AbortSignal, look: () => void): void {
  const { aborted } = Object.getOwnPropertyDescriptors(AbortSignal.prototype);
  const get = () => {
    look();
    return aborted.get?.call(signal);
  };
  const throwIfAborted = () => {
    look();
    AbortSignal.prototype.throwIfAborted.call(signal);
  };
  Object.defineProperties(signal, { aborted: { get }, throwIfAborted: { value: throwIfAborted } });
}

const pollEveryMs = 1;

let current: CurrentTask | null = null;

/**
 * The task that this worker of a pool is running; `null` outside of one.
 *
 * @example
 * for (const row of rows) {
 *   currentTask()?.throwIfCancelled();
 *   crunch(row);
 * }
 */
export function currentTask(): CurrentTask | null {
  return current;
}

/** Notes which task begins, or with `null` that none runs. */
export function beginTask(task: CurrentTask | null): void {
  current = task;
}
