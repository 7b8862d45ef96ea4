import { after } from "../../base/deadline.ts";
import type { PoolWorker } from "./pool-worker.ts";
import type { WorkerList } from "./worker-list.ts";
import type { WorkerSetOptions } from "./worker-set-options.ts";
import type { WorkerSetState } from "./worker-set-state.ts";

/** Ends the workers of a set that were idle for `idleMs`, as long as more are left than the set keeps. */
export class IdleWorkers {
  readonly #options: WorkerSetOptions;
  readonly #state: WorkerSetState;
  readonly #workerList: WorkerList;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WorkerSetOptions, state: WorkerSetState, workerList: WorkerList) {
    this.#options = options;
    this.#state = state;
    this.#workerList = workerList;
  }

  /** Notes that a worker may have become idle. */
  note(worker: PoolWorker): void {
    const { idleMs } = this.#options;
    if (idleMs === Number.POSITIVE_INFINITY || !worker.isIdle) return;
    worker.idleSince = performance.now();
    // One timer for all workers: setting a timer for each task would cost more than the rest of its bookkeeping.
    this.#timer ??= after(idleMs, this.#check)?.unref();
  }

  readonly #check = () => {
    this.#timer = undefined;
    if (this.#state.phase !== "open") return;
    const { idleMs } = this.#options;
    const living = [...this.#workerList.workers].filter(({ state }) => state !== "ending");
    let surplus = living.length - this.#state.least;
    let nextMs = Number.POSITIVE_INFINITY;
    // The last started ones first: tasks are sent to the first ones.
    for (const worker of living.reverse()) {
      if (surplus <= 0) return;
      if (worker.state !== "ready" || !worker.isIdle) continue;
      const leftMs = worker.idleSince + idleMs - performance.now();
      if (leftMs > 0) nextMs = Math.min(nextMs, leftMs);
      else {
        this.#workerList.requestExit(worker, "idle");
        surplus -= 1;
      }
    }
    this.#timer = after(Math.ceil(nextMs), this.#check)?.unref();
  };
}
