import { checkWaitOptions, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { type Deferred, deferred } from "../../base/deferred.ts";
import { QueueFullError } from "../../base/errors.ts";
import type { Dispatcher } from "./dispatcher.ts";
import type { WorkerList } from "./worker-list.ts";
import type { WorkerSetOptions } from "./worker-set-options.ts";
import type { WorkerSetState } from "./worker-set-state.ts";

/** How many single calls may wait for a worker, and who waits until they have one. */
export class QueueLimit {
  readonly #options: WorkerSetOptions;
  readonly #dispatcher: Dispatcher;
  readonly #workerList: WorkerList;
  readonly #state: WorkerSetState;
  #drained: Deferred<void> | undefined;

  constructor(options: WorkerSetOptions, state: WorkerSetState, dispatcher: Dispatcher, workerList: WorkerList) {
    this.#options = options;
    this.#state = state;
    this.#dispatcher = dispatcher;
    this.#workerList = workerList;
  }

  /** Whether as many calls wait as may; in a set without a limit, as many as can run at a time. */
  get isReached(): boolean {
    const maxQueue = this.#maxQueue;
    return this.#outstanding >= this.#slots + (maxQueue === Number.POSITIVE_INFINITY ? this.#slots : maxQueue);
  }

  /** @throws {QueueFullError} when no further call may wait. */
  check(call: string): void {
    const maxQueue = this.#maxQueue;
    if (maxQueue === Number.POSITIVE_INFINITY || this.#outstanding < this.#slots + maxQueue) return;
    const count = this.#outstanding - this.#slots;
    const waiting = `${count === 1 ? "1 call waits" : `${count} calls wait`} for a worker of ${this.#options.name}`;
    throw new QueueFullError(
      `Cannot run ${call}: ${waiting} and maxQueue is ${maxQueue}; reject the request, or await drained() before the call`,
    );
  }

  /**
   * Waits until no call waits for a worker.
   *
   * @returns `true`; `false` on a timeout.
   */
  async drained(options: WaitOptions): Promise<boolean> {
    checkWaitOptions(options);
    if (this.#isDrained) return true;
    this.#drained ??= deferred();
    return (await withDeadline(this.#drained.promise, options)) === undefined;
  }

  /** Resolves {@link drained} if it is time; called when a task ends. */
  update(): void {
    if (this.#drained === undefined || !this.#isDrained) return;
    this.#drained.resolve();
    this.#drained = undefined;
  }

  get #isDrained(): boolean {
    return this.#outstanding <= this.#slots && !this.isReached;
  }

  get #maxQueue(): number {
    const { maxQueue } = this.#options;
    return maxQueue === "auto" ? this.#state.most * this.#slots : maxQueue;
  }

  /** How many tasks run at a time when all workers are busy. */
  get #slots(): number {
    return this.#state.most * this.#options.concurrentTasks;
  }

  /** How many single calls wait, and how many tasks workers have. Workers have tasks that are sent ahead, too. */
  get #outstanding(): number {
    let sent = 0;
    for (const { tasks } of this.#workerList.workers) sent += tasks.length;
    return this.#dispatcher.queuedCalls + sent;
  }
}
