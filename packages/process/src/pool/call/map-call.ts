import { type Deferred, deferred } from "../../base/deferred.ts";
import { type CancelOutcome, Task, type TaskOutcome } from "../schedule/task.ts";
import type { TaskSource } from "../schedule/task-source.ts";
import type { WorkerSet } from "../schedule/worker-set.ts";
import type { KnownFunction } from "../wire/known-function.ts";
import type { TaskKind } from "../wire/pool-message.ts";
import { RepeatedValues } from "../wire/repeated-values.ts";
import { type Caller, withCaller } from "./call-site.ts";
import { guidedChunk } from "./chunk-size.ts";
import type { Progress } from "./pool-options.ts";

/** What a `map` is made from; all of it was checked. */
export interface MapSpec {
  readonly fn: KnownFunction;
  readonly kind: TaskKind;
  /** `map` or `starmap`. */
  readonly call: string;
  readonly items: ArrayLike<unknown> & Iterable<unknown>;
  readonly chunkSize: number | undefined;
  readonly attempts: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ((progress: Progress) => void) | undefined;
  readonly onCancel: ((how: CancelOutcome) => void) | undefined;
  readonly caller: Caller;
}

/** One `map` under way: cuts a chunk whenever a worker asks, and gathers the results in order. */
export class MapCall implements TaskSource {
  readonly waitingSince = performance.now();
  readonly #spec: MapSpec;
  readonly #crew: WorkerSet;
  readonly #result: Deferred<unknown[]> = deferred<unknown[]>();
  readonly #values: unknown[];
  readonly #chunks = new Set<Task>();
  readonly #repeated = new RepeatedValues();
  readonly #leave: (() => void)[] = [];
  #next = 0;
  #done = 0;
  #firstError: { readonly error: unknown } | undefined;

  constructor(crew: WorkerSet, spec: MapSpec) {
    this.#crew = crew;
    this.#spec = spec;
    this.#values = new Array(spec.items.length);
    if (Array.isArray(spec.items)) this.#repeated.learn(spec.items.slice(0, 2));
    const { signal } = spec;
    if (signal !== undefined) {
      const abort = () => this.#abort(signal);
      signal.addEventListener("abort", abort, { once: true });
      this.#leave.push(() => signal.removeEventListener("abort", abort));
    }
    crew.hold();
    this.#leave.push(
      () => crew.forget(this.#repeated.all),
      () => crew.release(),
      crew.addSource(this),
    );
    this.#end();
  }

  /** The results, in the order of the items. Rejects with the first error, when everything has come to its end. */
  get result(): Promise<unknown[]> {
    return this.#result.promise;
  }

  get size(): number {
    return this.#spec.items.length - this.#next;
  }

  get nextIsExclusive(): boolean {
    return this.#spec.signal !== undefined;
  }

  take(workers: number): Task {
    const { items, chunkSize, fn, kind, call, attempts } = this.#spec;
    const first = this.#next;
    const count = Math.min(this.size, chunkSize ?? guidedChunk(this.size, workers, fn.meanMs));
    this.#next += count;
    const piece = Array.isArray(items)
      ? items.slice(first, first + count)
      : (items as unknown as Float64Array).subarray(first, first + count);
    const task: Task = new Task({
      fn,
      kind,
      call,
      input: piece,
      firstItem: first,
      repeated: this.#repeated,
      attempts,
      isExclusive: this.nextIsExclusive,
      settled: (outcome) => this.#settled(task, outcome),
    });
    this.#chunks.add(task);
    return task;
  }

  fail(error: () => unknown): void {
    this.#fail(error());
    this.#done += this.size;
    this.#next = this.#spec.items.length;
    this.#end();
  }

  #abort(signal: AbortSignal): void {
    const { onCancel } = this.#spec;
    if (this.#chunks.size === 0) onCancel?.("not started");
    this.fail(() => signal.reason);
    for (const chunk of this.#chunks) {
      this.#crew.cancel(chunk, signal.reason, (how) => {
        onCancel?.(how);
        return signal.reason;
      });
    }
  }

  #settled(task: Task, outcome: TaskOutcome): void {
    const { firstItem = 0 } = task.spec;
    this.#chunks.delete(task);
    this.#done += task.items;
    if ("error" in outcome) this.#fail(outcome.error, task.title, firstItem);
    else {
      const values = outcome.values as ArrayLike<unknown>;
      for (let i = 0; i < values.length; i++) this.#values[firstItem + i] = values[i];
      for (const [place, error] of outcome.errors) {
        const index = firstItem + place;
        this.#fail(error, `item ${index} of ${task.spec.call}(${task.spec.fn.name})`, index);
      }
    }
    this.#spec.onProgress?.({ done: this.#done, total: this.#spec.items.length });
    this.#end();
  }

  #fail(error: unknown, what?: string, index?: number): void {
    this.#firstError ??= { error: what === undefined ? error : withCaller(error, what, this.#spec.caller, index) };
  }

  #end(): void {
    if (this.#done < this.#spec.items.length) return;
    for (const leave of this.#leave.splice(0)) leave();
    if (this.#firstError === undefined) this.#result.resolve(this.#values);
    else this.#result.reject(this.#firstError.error);
  }
}
