import { onAbort } from "../../base/abort-listener.ts";
import { type Deferred, deferred } from "../../base/deferred.ts";
import type { CallSite } from "../../base/stack.ts";
import { type CancelOutcome, Task, type TaskOutcome } from "../schedule/task.ts";
import type { CallContext } from "../schedule/task-observer.ts";
import type { TaskSource } from "../schedule/task-source.ts";
import type { WorkerSet } from "../schedule/worker-set.ts";
import type { KnownFunction } from "../wire/known-function.ts";
import type { TaskKind } from "../wire/pool-message.ts";
import { RepeatedValues } from "../wire/repeated-values.ts";
import type { Progress } from "./call-options.ts";
import { addCallSite } from "./call-site.ts";
import { itemTimeout } from "./item-timeout.ts";

/** The options of a `map`; they were checked. */
export interface MapSpec {
  readonly fn: KnownFunction;
  readonly kind: TaskKind;
  /** `map` or `starmap`. */
  readonly call: string;
  readonly items: ArrayLike<unknown> & Iterable<unknown>;
  readonly chunkSize: number | undefined;
  readonly itemTimeoutMs: number | undefined;
  /** Whether the results are those of `Promise.allSettled()`. */
  readonly collectsErrors: boolean;
  readonly attempts: number | undefined;
  readonly speculates: boolean;
  readonly priority: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly onCancel: ((how: CancelOutcome) => void) | undefined;
  readonly callSite: CallSite;
  /** What the call carries. */
  readonly context: CallContext | undefined;
}

/** A running `map`: cuts a chunk whenever a worker is free, and collects the results in the order of the items. */
export class MapCall implements TaskSource {
  /** When the next chunk began to wait: the time of the call, or of the chunk before. */
  waitingSince = performance.now();
  readonly #spec: MapSpec;
  readonly #workerSet: WorkerSet;
  readonly #result: Deferred<unknown[]> = deferred<unknown[]>();
  readonly #values: unknown[];
  readonly #chunks = new Set<Task>();
  readonly #repeated = new RepeatedValues();
  readonly #cleanups: (() => void)[] = [];
  #next = 0;
  #done = 0;
  #firstError: { readonly error: unknown } | undefined;

  constructor(workerSet: WorkerSet, spec: MapSpec) {
    this.#workerSet = workerSet;
    this.#spec = spec;
    this.#values = new Array(spec.items.length);
    if (Array.isArray(spec.items)) this.#repeated.detect(spec.items.slice(0, 2));
    const { signal } = spec;
    if (signal !== undefined) {
      this.#cleanups.push(onAbort(signal, () => this.#abort(signal)));
    }
    workerSet.beginCall();
    this.#cleanups.push(
      () => workerSet.forget(this.#repeated.all),
      () => workerSet.endCall(),
      workerSet.addSource(this),
    );
    this.#endIfDone();
  }

  /** The results, in the order of the items. Rejects with the first error when all chunks are settled. */
  get result(): Promise<unknown[]> {
    return this.#result.promise;
  }

  get size(): number {
    return this.#spec.items.length - this.#next;
  }

  get nextIsExclusive(): boolean {
    return this.#spec.signal !== undefined || this.#spec.itemTimeoutMs !== undefined;
  }

  get priority(): number {
    return this.#spec.priority;
  }

  get speculates(): boolean {
    return this.#spec.speculates;
  }

  take(workers: number): Task {
    const { items, chunkSize, fn, kind, call, attempts, priority, context, collectsErrors, itemTimeoutMs, onCancel } =
      this.#spec;
    const first = this.#next;
    const count = Math.min(
      this.size,
      chunkSize ?? guidedChunkSize(this.size, workers, fn.meanMs, this.#workerSet.options.engine.roundTripMs),
    );
    this.#next += count;
    const queuedAt = this.waitingSince;
    this.waitingSince = performance.now();
    const chunk = Array.isArray(items)
      ? items.slice(first, first + count)
      : (items as unknown as Float64Array).subarray(first, first + count);
    const task: Task = new Task({
      fn,
      kind,
      call,
      input: chunk,
      firstItem: first,
      repeated: this.#repeated,
      continueOnError: collectsErrors,
      ...(itemTimeoutMs !== undefined && {
        timeout: itemTimeout(`item ${first} of ${call}(${fn.name})`, itemTimeoutMs, onCancel),
      }),
      attempts,
      speculates: this.speculates,
      priority,
      context,
      isExclusive: this.nextIsExclusive,
      queuedAt,
      onSettled: (outcome) => this.#onSettled(task, outcome),
    });
    this.#chunks.add(task);
    this.#workerSet.recordQueued(task);
    return task;
  }

  fail(error: () => unknown): void {
    this.#firstError ??= { error: error() };
    this.#done += this.size;
    this.#next = this.#spec.items.length;
    this.#endIfDone();
  }

  #abort(signal: AbortSignal): void {
    const { onCancel } = this.#spec;
    if (this.#chunks.size === 0) onCancel?.(this.#done > 0 ? "stopped" : "not started");
    this.fail(() => signal.reason);
    for (const chunk of this.#chunks) {
      this.#workerSet.cancel(chunk, signal.reason, (how) => {
        onCancel?.(how);
        return signal.reason;
      });
    }
  }

  #onSettled(task: Task, outcome: TaskOutcome): void {
    const { firstItem = 0 } = task.spec;
    this.#chunks.delete(task);
    this.#done += task.items;
    if ("error" in outcome) {
      const error = this.#withCallSite(outcome.error, task.title, task.onlyItem);
      if (this.#spec.collectsErrors) for (let i = 0; i < task.items; i++) this.#collect(firstItem + i, error);
      else this.#firstError ??= { error };
    } else this.#keepValues(task, outcome);
    this.#spec.onProgress?.({ done: this.#done, total: this.#spec.items.length });
    this.#endIfDone();
  }

  #keepValues(task: Task, { values, errors }: Extract<TaskOutcome, { readonly values: unknown }>): void {
    const { firstItem = 0, call, fn } = task.spec;
    const { collectsErrors } = this.#spec;
    const given = values as ArrayLike<unknown>;
    const kept = this.#values;
    if (collectsErrors) {
      for (let i = 0; i < given.length; i++) kept[firstItem + i] = { status: "fulfilled", value: given[i] };
    } else for (let i = 0; i < given.length; i++) kept[firstItem + i] = given[i];
    for (const [index, reason] of errors) {
      const itemIndex = firstItem + index;
      const error = this.#withCallSite(reason, `item ${itemIndex} of ${call}(${fn.name})`, itemIndex);
      if (collectsErrors) this.#collect(itemIndex, error);
      else this.#firstError ??= { error };
    }
  }

  #collect(index: number, reason: unknown): void {
    this.#values[index] = { status: "rejected", reason };
  }

  // The caller's own reason of an abort gets no call site.
  #withCallSite(error: unknown, what: string, itemIndex: number | undefined): unknown {
    if (error === this.#spec.signal?.reason) return error;
    return addCallSite(error, what, this.#spec.callSite, itemIndex);
  }

  #endIfDone(): void {
    if (this.#done < this.#spec.items.length) return;
    for (const cleanUp of this.#cleanups.splice(0)) cleanUp();
    if (this.#firstError === undefined) this.#result.resolve(this.#values);
    else this.#result.reject(this.#firstError.error);
  }
}

/**
 * The least number of chunks that each worker gets of the remaining items. Python cuts that many in all, of equal
 * size.
 */
const chunksPerWorker = 4;
/** A chunk of less work than this, in milliseconds, is not worth a message on this machine. */
const minChunkMs = 0.25;
/** A message to another machine and its answer take so much processor time, in milliseconds. */
const minRemoteChunkMs = 1;
/** Over a slow connection, a chunk has at least this share of a round trip's time of work more. */
const minRoundTripShare = 0.5;

/**
 * The size of the next chunk.
 *
 * It starts with Python's size, `left / (4 × workers)`, and shrinks with the remaining items, so that all workers
 * finish at about the same time even if items differ. A chunk never has less work than is worth a message.
 *
 * Source: C. D. Polychronopoulos and D. J. Kuck, "Guided Self-Scheduling" (IEEE Transactions on Computers, 1987).
 *
 * @param left how many items remain, ≥ 1.
 * @param meanMs the mean time of an item, in milliseconds; `undefined` while it is unknown.
 * @param roundTripMs how long a message and its answer take, in milliseconds.
 * @returns 1…`left`.
 */
function guidedChunkSize(left: number, workers: number, meanMs: number | undefined, roundTripMs = 0): number {
  const leastMs = roundTripMs === 0 ? minChunkMs : minRemoteChunkMs + minRoundTripShare * roundTripMs;
  const least = meanMs === undefined ? 1 : Math.ceil(leastMs / Math.max(meanMs, 1e-4));
  return Math.min(left, Math.max(least, Math.ceil(left / (chunksPerWorker * workers))));
}
