import type { TransferListItem } from "node:worker_threads";
import { CloneError } from "../base/errors.ts";
import type { Reach } from "../base/shareable.ts";
import { decode } from "../codec/decode.ts";
import { cloning } from "../codec/encode.ts";
import { probe } from "../codec/refusal.ts";
import { trimStack } from "../process/trim-stack.ts";
import { loadTarget } from "../target/load-target.ts";
import { packError } from "../target/pack-answer.ts";
import type { PackedTarget } from "../target/packed-target.ts";
import type { PackedValue } from "../target/packed-value.ts";
import type { AnyFunction } from "../target/target.ts";
import { unpackValue } from "../target/unpack-value.ts";
import { setBudget } from "./budget.ts";
import { beginTask, CurrentTask } from "./current-task.ts";
import { isBoxed, packList, packOne, unpack } from "./payload.ts";
import { MaybeEncodingError } from "./pool-errors.ts";
import type { ToPool, WireAnswer, WireCancel, WireRun, WireTask, WorkerBoot } from "./wire.ts";

/** What a worker needs of whoever connects it with its pool. */
export interface WorkerLine {
  readonly reach: Reach;
  /** @throws what cloning throws; nothing was sent then. */
  send(message: ToPool, transferList?: readonly TransferListItem[]): void;
  /** Delivers what has come without going back to the event loop. */
  poll(): void;
}

/** The life of a worker of a pool, in the worker: boots, then runs task after task. */
export class TaskRunner {
  readonly #line: WorkerLine;
  readonly #functions = new Map<number, AnyFunction | Promise<AnyFunction>>();
  readonly #cancelled = new Map<number, unknown>();
  #running: { readonly id: number; readonly task: CurrentTask } | null = null;
  #isBusy = false;
  readonly #waiting: { readonly message: WireRun; done(): void }[] = [];
  #tellBytes = false;

  constructor(line: WorkerLine) {
    this.#line = line;
    // What was sent to a worker that is ending has not begun, and need not be given up with it.
    process.once("exit", () => line.send({ type: "leaving", running: this.#running?.id ?? null }));
  }

  /** Gets ready to run tasks, and tells whether that went well. */
  async boot({ initializer, initArgs, budget, tellBytes }: WorkerBoot): Promise<void> {
    try {
      setBudget(budget);
      this.#tellBytes = tellBytes;
      if (initializer !== null) {
        const fn = await loadTarget(initializer);
        await fn(...((await unpackValue(initArgs)) as unknown[]));
      }
      this.#line.send({ type: "ready" });
    } catch (error) {
      this.#sendError(error, (packed) => ({ type: "failed", error: packed }));
    }
  }

  /**
   * Runs tasks in the order in which they come, one at a time.
   *
   * @returns when they are done; `undefined` when they are, at once.
   */
  run(message: WireRun): Promise<void> | undefined {
    // What comes in the midst of a task waits for it, also when the task itself let it in by polling.
    if (this.#isBusy) return new Promise((done) => this.#waiting.push({ message, done }));
    this.#isBusy = true;
    const pending = this.#runAll(message);
    if (pending !== undefined) return pending.then(() => this.#runNext());
    this.#runNext();
    return undefined;
  }

  /** Tells a task that nobody wants its answer any more. */
  cancel({ id, reason }: WireCancel): void {
    // Read at once, for a loop that polls and never lets a promise go on.
    const why = decode(reason);
    if (this.#running?.id === id) this.#running.task.cancel(why);
    else this.#cancelled.set(id, why);
  }

  #runNext(): void {
    const next = this.#waiting.shift();
    this.#isBusy = next !== undefined;
    if (next === undefined) return;
    const after = () => {
      next.done();
      this.#runNext();
    };
    const pending = this.#runAll(next.message);
    if (pending === undefined) after();
    else void pending.then(after);
  }

  #runAll({ tasks, functions, forget }: WireRun): Promise<void> | undefined {
    for (const id of forget) this.#functions.delete(id);
    for (const [id, target] of functions) this.#functions.set(id, this.#load(id, target));
    return this.#runFrom(tasks, 0);
  }

  // Without a promise as long as none is met: most tasks are short, and a turn of the microtask queue is not free.
  #runFrom(tasks: readonly WireTask[], first: number): Promise<void> | undefined {
    for (let i = first; i < tasks.length; i++) {
      const task = tasks[i] as WireTask;
      this.#begin(task[0]);
      const pending = this.#runOne(task);
      if (pending !== undefined) {
        return pending.then(() => {
          this.#end();
          return this.#runFrom(tasks, i + 1);
        });
      }
      this.#end();
    }
    return undefined;
  }

  #begin(id: number): void {
    const task = new CurrentTask(() => this.#line.poll());
    this.#running = { id, task };
    beginTask(task);
    if (this.#cancelled.size > 0 && this.#cancelled.has(id)) task.cancel(this.#cancelled.get(id));
  }

  #end(): void {
    beginTask(null);
    this.#running = null;
    this.#cancelled.clear();
  }

  // A function that failed to load is loaded anew when it is called again: its module may have been mended.
  #load(id: number, target: PackedTarget): Promise<AnyFunction> {
    const loading = loadTarget(target).then((fn) => {
      this.#functions.set(id, fn);
      return fn;
    });
    loading.catch(() => {});
    return loading;
  }

  #runOne(task: WireTask): Promise<void> | undefined {
    const fn = this.#functions.get(task[1]);
    const input = unpack(task[2]);
    if (typeof fn === "function" && !(input instanceof Promise)) return this.#run(fn, task, input as unknown[]);
    return this.#runLater(task, fn, input);
  }

  async #runLater(task: WireTask, fn: AnyFunction | Promise<AnyFunction> | undefined, input: unknown): Promise<void> {
    const began = performance.now();
    try {
      if (fn === undefined) throw new Error("Cannot run a task: its function never came");
      const [loaded, list] = await Promise.all([fn, input]);
      await this.#run(loaded, task, list as unknown[]);
    } catch (error) {
      this.#answer(task, [], [[0, error]], began);
    }
  }

  #run(fn: AnyFunction, task: WireTask, input: ArrayLike<unknown> & Iterable<unknown>): Promise<void> | undefined {
    const began = performance.now();
    if (task[3] !== undefined) return this.#runItems(fn, task, input, began);
    try {
      const value = fn(...input);
      if (!isThenable(value)) {
        this.#answer(task, value, [], began);
        return undefined;
      }
      return Promise.resolve(value).then(
        (settled) => this.#answer(task, settled, [], began),
        (error) => this.#answer(task, undefined, [[0, error]], began),
      );
    } catch (error) {
      this.#answer(task, undefined, [[0, error]], began);
      return undefined;
    }
  }

  async #runItems(fn: AnyFunction, task: WireTask, items: ArrayLike<unknown>, began: number): Promise<void> {
    const [, , , kind, goesOn = false] = task;
    const values: unknown[] = [];
    const errors: [number, unknown][] = [];
    for (let i = 0; i < items.length; i++) {
      try {
        const value = kind === "spread" ? fn(...(items[i] as unknown[])) : fn(items[i]);
        values.push(isThenable(value) ? await value : value);
      } catch (error) {
        errors.push([i, error]);
        if (!goesOn) break;
        values.push(undefined);
      }
    }
    this.#answer(task, values, errors, began);
  }

  #answer(task: WireTask, values: unknown, errors: readonly (readonly [number, unknown])[], began: number): void {
    const ms = performance.now() - began;
    const bytes = this.#tellBytes ? ownBytes(this.#line.reach) : undefined;
    try {
      const transferList: TransferListItem[] = [];
      const { reach } = this.#line;
      const packed =
        task[3] === undefined
          ? packOne(values, "result", reach, transferList)
          : packList(values as unknown[], "results", reach, transferList);
      const failed = errors.map(([place, error]) => [place, this.#packError(error)] as const);
      const answer: WireAnswer =
        failed.length === 0 && bytes === undefined ? [task[0], ms, packed] : [task[0], ms, packed, failed, bytes ?? 0];
      if (isBoxed(packed)) {
        cloning(values, { reach, path: "result", transferList }, () => this.#line.send(answer, transferList));
      } else this.#line.send(answer, transferList);
    } catch (error) {
      // The innocent items of a chunk are not to suffer for one.
      const [kept, refused] =
        task[3] === undefined ? [undefined, [[0, refusedAs(error, values)] as const]] : this.#sift(values as unknown[]);
      this.#answer(task, kept, [...errors, ...refused], began);
    }
  }

  // Tells the values that can be copied from those that cannot.
  #sift(values: readonly unknown[]): [unknown[], (readonly [number, unknown])[]] {
    const refused: (readonly [number, unknown])[] = [];
    const kept = values.map((value, place) => {
      try {
        const { reach } = this.#line;
        const packed = packOne(value, "result", reach, []);
        if (isBoxed(packed))
          cloning(value, { reach, path: "result", transferList: [] }, () => probe(packed.packed.value, reach));
        return value;
      } catch (error) {
        refused.push([place, refusedAs(error, value)]);
        return undefined;
      }
    });
    return [kept, refused];
  }

  #sendError(error: unknown, message: (packed: PackedValue) => ToPool): void {
    this.#line.send(message(this.#packError(error)));
  }

  // Whatever was thrown, the caller must learn of it: what cannot cross goes as text.
  #packError(error: unknown): PackedValue {
    const { reach } = this.#line;
    trimStack(error);
    try {
      const packed = packError(error, reach);
      probe(packed.value, reach);
      return packed;
    } catch (refused) {
      const told =
        refused instanceof CloneError ? new MaybeEncodingError(refused, printed(error)) : new Error(printed(error));
      return packError(told, reach);
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function refusedAs(error: unknown, value: unknown): MaybeEncodingError {
  return new MaybeEncodingError(error instanceof Error ? error : new Error(printed(error)), printed(value));
}

function printed(value: unknown): string {
  try {
    return process.getBuiltinModule("node:util").inspect(value, { depth: 1, maxArrayLength: 3, maxStringLength: 200 });
  } catch {
    return typeof value;
  }
}

// A thread's share of the process's memory is its heap and what its buffers hold.
function ownBytes(reach: Reach): number {
  if (reach === "process") return process.memoryUsage.rss();
  const { used_heap_size, external_memory } = process.getBuiltinModule("node:v8").getHeapStatistics();
  return used_heap_size + external_memory;
}
