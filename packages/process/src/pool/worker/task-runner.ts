import { answerOf } from "../../callable/form/answer.ts";
import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import type { AnyFunction } from "../../callable/form/target.ts";
import { loadTarget } from "../../callable/load/load-target.ts";
import { unpackValue } from "../../callable/load/unpack-value.ts";
import { decode } from "../../codec/decode.ts";
import { setBudget } from "../wire/budget.ts";
import { unpack } from "../wire/message-payload.ts";
import type { RepeatedPlace, ToWorker, WireCancel, WireRun, WireTask, WorkerBoot } from "../wire/pool-message.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { beginTask, CurrentTask } from "./current-task.ts";
import type { WorkerLine } from "./worker-channel.ts";

/** The life of a worker of a pool, in the worker: boots, then runs task after task, one at a time, in the order in which they come. */
export class TaskRunner {
  readonly #line: WorkerLine;
  readonly #answers: AnswerWriter;
  readonly #begun: () => void;
  /** What tasks name by number; loaded by the first that needs it, so that what goes wrong then is that task's. */
  readonly #functions = new Map<number, AnyFunction | PackedTarget>();
  readonly #values = new Map<number, PackedValue | Promise<unknown>>();
  readonly #cancelled = new Map<number, unknown>();
  readonly #waiting: (WireRun | readonly WireTask[])[] = [];
  readonly #poll = () => this.#line.poll();
  #running: { readonly id: number; readonly task: CurrentTask } | null = null;
  #isBusy = false;

  /** @param begun notes, where the pool finds it even if this worker is killed, that it begins on another message of tasks. */
  constructor(line: WorkerLine, begun: () => void) {
    this.#line = line;
    this.#begun = begun;
    this.#answers = new AnswerWriter(line);
  }

  /** Takes one message of the pool. */
  take(message: ToWorker): void {
    if (isRun(message)) this.#run(message);
    else if (message.type === "boot") void this.#boot(message.boot);
    else if (message.type === "cancel") this.#cancel(message);
    else void this.#line.flushed().then(() => process.exit(0));
  }

  async #boot({ initializer, initArgs, budget, tellBytes }: WorkerBoot): Promise<void> {
    try {
      setBudget(budget);
      this.#answers.tellsBytes = tellBytes;
      if (initializer !== null) {
        const fn = await loadTarget(initializer);
        await fn(...((await unpackValue(initArgs)) as unknown[]));
      }
      this.#line.send({ type: "ready" });
    } catch (error) {
      this.#line.send({ type: "failed", error: this.#answers.packError(error) });
    }
  }

  #cancel({ id, reason }: WireCancel): void {
    // Read at once, for a loop that polls and never lets a promise go on.
    const why = decode(reason);
    if (this.#running?.id === id) this.#running.task.cancel(why);
    else this.#cancelled.set(id, why);
  }

  #run(message: WireRun | readonly WireTask[]): void {
    // What comes in the midst of a task waits for it, also when the task itself let it in by polling.
    if (this.#isBusy) this.#waiting.push(message);
    else this.#runOn(message);
  }

  #runOn(message: WireRun | readonly WireTask[] | undefined): void {
    this.#isBusy = true;
    for (let next = message; next !== undefined; next = this.#waiting.shift()) {
      const pending = this.#runAll(next);
      if (pending === undefined) continue;
      void pending.then(() => this.#runOn(this.#waiting.shift()));
      return;
    }
    this.#isBusy = false;
  }

  #runAll(message: WireRun | readonly WireTask[]): Promise<void> | undefined {
    if ("type" in message) this.#learn(message);
    const tasks = "type" in message ? message.tasks : message;
    if (tasks.length > 0) this.#begun();
    return this.#runFrom(tasks, 0);
  }

  #learn({ forget, functions, values }: WireRun): void {
    for (const id of forget) if (!this.#functions.delete(id)) this.#values.delete(id);
    for (const [id, packed] of functions) this.#functions.set(id, packed);
    for (const [id, packed] of values) this.#values.set(id, packed);
  }

  // Without a promise as long as none is met: most tasks are short, and a turn of the microtask queue is not free.
  #runFrom(tasks: readonly WireTask[], first: number): Promise<void> | undefined {
    for (let i = first; i < tasks.length; i++) {
      // Whatever the next one does to this worker, the answers before it stand.
      if (!this.#line.isFlushed) return this.#line.flushed().then(() => this.#runFrom(tasks, i));
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
    const task = new CurrentTask(this.#poll);
    this.#running = { id, task };
    beginTask(task);
    if (this.#cancelled.size > 0 && this.#cancelled.has(id)) task.cancel(this.#cancelled.get(id));
  }

  #end(): void {
    beginTask(null);
    this.#running?.task.end();
    this.#running = null;
    if (this.#cancelled.size > 0) this.#cancelled.clear();
  }

  // A function that failed to load is loaded anew when it is called again: its module may have been mended.
  async #load(id: number): Promise<AnyFunction> {
    const known = this.#functions.get(id);
    if (known === undefined) throw new Error("Cannot run a task: its function never came");
    if (typeof known === "function") return known;
    const fn = await loadTarget(known);
    this.#functions.set(id, fn);
    return fn;
  }

  #value(id: number): Promise<unknown> {
    const known = this.#values.get(id);
    if (known === undefined || known instanceof Promise) return Promise.resolve(known);
    const value = unpackValue(known);
    this.#values.set(id, value);
    return value;
  }

  #runOne(task: WireTask): Promise<void> | undefined {
    const fn = this.#functions.get(task[1]);
    const input = unpack(task[2]);
    const isReady = typeof fn === "function" && !(input instanceof Promise) && task[5] === undefined;
    if (!isReady) return this.#runLater(task, input);
    return task[3] === undefined ? this.#runCall(fn, task, input as unknown[]) : this.#runItems(fn, task, input as []);
  }

  async #runLater(task: WireTask, input: unknown): Promise<void> {
    const began = performance.now();
    try {
      const [fn, list] = await Promise.all([this.#load(task[1]), input]);
      for (const [place, id] of task[5] ?? []) putBack(list as unknown[], place, await this.#value(id));
      await (task[3] === undefined ? this.#runCall(fn, task, list as []) : this.#runItems(fn, task, list as []));
    } catch (error) {
      this.#answers.write(task, [], [[0, error]], began);
    }
  }

  #runCall(fn: AnyFunction, task: WireTask, args: Iterable<unknown>): Promise<void> | undefined {
    const began = performance.now();
    try {
      const value = answerOf(fn(...args));
      if (!isThenable(value)) {
        this.#answers.write(task, value, [], began);
        return undefined;
      }
      return Promise.resolve(value).then(
        (settled) => this.#answers.write(task, settled, [], began),
        (error) => this.#answers.write(task, undefined, [[0, error]], began),
      );
    } catch (error) {
      this.#answers.write(task, undefined, [[0, error]], began);
      return undefined;
    }
  }

  async #runItems(fn: AnyFunction, task: WireTask, items: ArrayLike<unknown>): Promise<void> {
    const [, , , kind, goesOn = false] = task;
    const began = performance.now();
    const values: unknown[] = [];
    const errors: [number, unknown][] = [];
    for (let i = 0; i < items.length; i++) {
      try {
        const value = answerOf(kind === "spread" ? fn(...(items[i] as unknown[])) : fn(items[i]));
        values.push(isThenable(value) ? await value : value);
      } catch (error) {
        errors.push([i, error]);
        if (!goesOn) break;
        values.push(undefined);
      }
    }
    this.#answers.write(task, values, errors, began);
  }
}

function isRun(message: ToWorker): message is WireRun | readonly WireTask[] {
  return !("type" in message) || message.type === "run";
}

function putBack(items: unknown[], place: RepeatedPlace, value: unknown): void {
  for (let i = 0; i < items.length; i++) {
    if (place === null) items[i] = value;
    else (items[i] as Record<string, unknown>)[place] = value;
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
