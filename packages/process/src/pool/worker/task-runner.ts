import { observer } from "../../base/observer.ts";
import { answerOf, isThenable } from "../../callable/form/answer.ts";
import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import type { AnyFunction } from "../../callable/form/target.ts";
import { withoutAssignmentWarnings } from "../../callable/load/assignment-warning.ts";
import { loadTarget } from "../../callable/load/load-target.ts";
import { unpackEach, unpackValue } from "../../callable/load/unpack-value.ts";
import { decode } from "../../codec/decode.ts";
import { setUpProcess } from "../../process/info/process-setup.ts";
import { loadLostModules } from "../../start/child/lost-loaders.ts";
import { loadContext } from "../../storage/load-context.ts";
import { setDefaultWorkerCount } from "../wire/default-worker-count.ts";
import { isPackedPayload, unpackPayload } from "../wire/payload.ts";
import type {
  CancelMessage,
  ItemKey,
  MessageToWorker,
  RunMessage,
  TaskMessage,
  WorkerBoot,
} from "../wire/pool-message.ts";
import { AnswerWriter } from "./answer-writer.ts";
import { CurrentTask, runAsCurrent, separateCurrentTasks, setCurrentTask } from "./current-task.ts";
import type { WorkerChannel } from "./worker-channel.ts";

/**
 * Runs in a worker of a pool: boots, then starts tasks in the order of their arrival, one or several at a time.
 */
export class TaskRunner {
  readonly #channel: WorkerChannel;
  readonly #answers: AnswerWriter;
  readonly #onRunStart: () => void;
  /** Functions by id. The first task that needs a function loads it, so that a load error or a crash is that task's. */
  readonly #functions = new Map<number, AnyFunction | PackedTarget>();
  readonly #values = new Map<number, PackedValue | Promise<unknown>>();
  readonly #cancelled = new Map<number, unknown>();
  /** The run messages that were not started on. */
  readonly #waiting: (RunMessage | readonly TaskMessage[])[] = [];
  /** The tasks of the run message that was started on last, and the index of the next one. */
  #tasks: readonly TaskMessage[] = [];
  #nextTask = 0;
  readonly #running = new Map<number, CurrentTask>();
  #concurrentTasks = 1;
  #isStarting = false;
  readonly #poll = () => this.#channel.poll();
  readonly #kept: AnyFunction[] = [];

  /**
   * @param onRunStart notifies the pool that the worker starts on a run message, so that the pool knows it after
   *   SIGKILL.
   */
  constructor(channel: WorkerChannel, onRunStart: () => void) {
    this.#channel = channel;
    this.#onRunStart = onRunStart;
    this.#answers = new AnswerWriter(channel);
    if (observer !== undefined) this.#answers.onEnd = this.#observeEnd;
  }

  readonly #observeEnd = ([id, functionId]: TaskMessage, items: number, startedAt: number) => {
    const fn = this.#functions.get(functionId);
    observer?.ran(id, typeof fn === "function" ? fn.name : "(not loaded)", items, startedAt);
  };

  /** Takes one message of the pool. */
  take(message: MessageToWorker): void {
    if (isRun(message)) {
      this.#waiting.push(message);
      this.#startTasks();
    } else if (message.type === "boot") void this.#boot(message.boot);
    else if (message.type === "cancel") this.#cancel(message);
    else if (message.type === "ping") this.#channel.send({ type: "pong" });
    else void this.#channel.flushed().then(() => process.exit(0));
  }

  async #boot(boot: WorkerBoot): Promise<void> {
    const { initializer, initArgs, defaultWorkerCount, concurrentTasks, reach, reportMemory } = boot;
    try {
      setUpProcess(boot);
      setDefaultWorkerCount(defaultWorkerCount);
      this.#concurrentTasks = concurrentTasks;
      if (concurrentTasks > 1) separateCurrentTasks();
      this.#answers.reach = reach;
      this.#answers.reportsMemory = reportMemory;
      const loading = reach === "thread" ? loadLostModules() : undefined;
      if (loading !== undefined) await loading;
      if (initializer !== null) {
        const fn = await loadTarget(initializer);
        // Kept, so that the variables that it sets are kept for the functions that share them.
        this.#kept.push(fn);
        const args = (await unpackValue(initArgs)) as unknown[];
        await withoutAssignmentWarnings(() => answerOf(fn(...args)));
      }
      this.#channel.send({ type: "ready" });
    } catch (error) {
      this.#channel.send({ type: "failed", error: this.#answers.packError(error) });
    }
  }

  #cancel({ id, reason }: CancelMessage): void {
    // Decoded without a promise: a loop that polls runs no microtasks.
    const decoded = decode(reason);
    const running = this.#running.get(id);
    if (running !== undefined) running.cancel(decoded);
    else if (this.#isWaiting(id)) this.#cancelled.set(id, decoded);
  }

  #isWaiting(id: number): boolean {
    const messages = [this.#tasks.slice(this.#nextTask), ...this.#waiting];
    return messages.some((message) => tasksOf(message).some(([each]) => each === id));
  }

  // A message that arrives during a task waits until the worker may start another, even if the task polled for it.
  #startTasks(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    while (this.#running.size < this.#concurrentTasks && this.#hasNext()) {
      // Earlier answers leave the worker first, so that they are not lost if this task crashes the worker.
      if (!this.#channel.isFlushed) {
        void this.#channel.flushed().then(() => {
          this.#isStarting = false;
          this.#startTasks();
        });
        return;
      }
      const task = this.#tasks[this.#nextTask] as TaskMessage;
      this.#nextTask += 1;
      this.#startTask(task);
    }
    this.#isStarting = false;
  }

  /** Whether there is a next task; starts on the next run message if it has to. */
  #hasNext(): boolean {
    while (this.#nextTask === this.#tasks.length) {
      const message = this.#waiting.shift();
      if (message === undefined) return false;
      if ("type" in message) this.#updateKnown(message);
      this.#tasks = tasksOf(message);
      this.#nextTask = 0;
      if (this.#tasks.length > 0) this.#onRunStart();
    }
    return true;
  }

  #updateKnown({ forget, functions, values }: RunMessage): void {
    for (const id of forget) if (!this.#functions.delete(id)) this.#values.delete(id);
    for (const [id, packed] of functions) this.#functions.set(id, packed);
    for (const [id, packed] of values) this.#values.set(id, packed);
  }

  // A promise is awaited only if the task returns one: most tasks are short, and a turn of the microtask queue costs
  // time.
  #startTask(task: TaskMessage): void {
    const [id] = task;
    const current = new CurrentTask(this.#poll);
    this.#running.set(id, current);
    if (this.#cancelled.size > 0 && this.#cancelled.has(id)) current.cancel(this.#cancelled.get(id));
    const pending = this.#concurrentTasks === 1 ? this.#runAlone(current, task) : this.#runBeside(current, task);
    if (pending === undefined) this.#end(id, current);
    else {
      void pending.then(() => {
        this.#end(id, current);
        this.#startTasks();
      });
    }
  }

  #runAlone(current: CurrentTask, task: TaskMessage): Promise<void> | undefined {
    setCurrentTask(current);
    return this.#runTask(task);
  }

  #runBeside(current: CurrentTask, task: TaskMessage): Promise<void> | undefined {
    return runAsCurrent(current, () => this.#runTask(task));
  }

  #end(id: number, current: CurrentTask): void {
    if (this.#concurrentTasks === 1) setCurrentTask(null);
    current.end();
    this.#running.delete(id);
    if (this.#cancelled.size > 0) this.#cancelled.delete(id);
  }

  // A function that failed to load is loaded again by the next task: its module may work then.
  async #loadFunction(id: number): Promise<AnyFunction> {
    const known = this.#functions.get(id);
    if (known === undefined) throw new Error("Cannot run a task: its function was not sent to the worker");
    if (typeof known === "function") return known;
    const fn = await loadTarget(known);
    this.#functions.set(id, fn);
    return fn;
  }

  #loadValue(id: number): Promise<unknown> {
    const known = this.#values.get(id);
    if (known === undefined || known instanceof Promise) return Promise.resolve(known);
    const value = unpackValue(known);
    this.#values.set(id, value);
    return value;
  }

  #runTask(task: TaskMessage): Promise<void> | undefined {
    const fn = this.#functions.get(task[1]);
    const input = unpackPayload(task[2]);
    const isReady = typeof fn === "function" && !(input instanceof Promise) && task.length <= plainTaskLength;
    if (!isReady) return this.#loadAndRun(task, input);
    return task[3] === undefined ? this.#runCall(fn, task, input as unknown[]) : this.#runItems(fn, task, input as []);
  }

  async #loadAndRun(task: TaskMessage, input: unknown): Promise<void> {
    const startedAt = performance.now();
    try {
      const [, , , kind, , , , context] = task;
      const [fn, [list, unreadable], values] = await Promise.all([
        this.#loadFunction(task[1]),
        readInput(task, input),
        // Read now: a later message may let the worker forget them.
        Promise.all((task[6] ?? []).map(async ([key, id]) => [key, await this.#loadValue(id)] as const)),
      ]);
      for (const [key, value] of values) insertValue(list, key, value, unreadable);
      // Now: the function's module may have declared the storages.
      const enter = context && (await loadContext(context));
      const run = () =>
        kind === undefined ? this.#runCall(fn, task, list) : this.#runItems(fn, task, list, unreadable);
      await (enter === undefined ? run() : enter(run));
    } catch (error) {
      this.#answers.write(task, [], [[null, error]], startedAt);
    }
  }

  #runCall(fn: AnyFunction, task: TaskMessage, args: Iterable<unknown>): Promise<void> | undefined {
    const startedAt = performance.now();
    try {
      const value = answerOf(fn(...args));
      if (!isThenable(value)) {
        this.#answers.write(task, value, [], startedAt);
        return undefined;
      }
      return Promise.resolve(value).then(
        (settled) => this.#answers.write(task, settled, [], startedAt),
        (error) => this.#answers.write(task, undefined, [[null, error]], startedAt),
      );
    } catch (error) {
      this.#answers.write(task, undefined, [[null, error]], startedAt);
      return undefined;
    }
  }

  /** @param unreadable the items that could not be rebuilt, with the errors of their calls. Default: none. */
  async #runItems(
    fn: AnyFunction,
    task: TaskMessage,
    items: ArrayLike<unknown>,
    unreadable: Unreadable = none,
  ): Promise<void> {
    const [, , , kind, , continueOnError = false] = task;
    const startedAt = performance.now();
    const values: unknown[] = [];
    const errors: [number, unknown][] = [];
    while (values.length < items.length) {
      try {
        const returned = runPrimitives(fn, kind === "spread", items, values, unreadable);
        if (returned === null) break;
        const value = answerOf(returned);
        values.push(isThenable(value) ? await value : value);
      } catch (error) {
        errors.push([values.length, error]);
        if (!continueOnError) break;
        values.push(undefined);
      }
    }
    this.#answers.write(task, values, errors, startedAt);
  }
}

/**
 * Runs items from the first without a value, as long as they return primitives. V8 optimises this loop sooner and
 * better than one that may await.
 *
 * @returns what an item has returned that is no primitive, such as a promise; `null` when all items have run.
 */
function runPrimitives(
  fn: AnyFunction,
  isSpread: boolean,
  items: ArrayLike<unknown>,
  values: unknown[],
  unreadable: Unreadable,
): object | null {
  for (let i = values.length; i < items.length; i++) {
    if (unreadable.size > 0 && unreadable.has(i)) throw unreadable.get(i);
    const returned: unknown = isSpread ? fn(...(items[i] as unknown[])) : fn(items[i]);
    if (typeof returned === "object" && returned !== null) return returned;
    values.push(returned);
  }
  return null;
}

/** The length of a {@link TaskMessage} that has no repeated values and no context. */
const plainTaskLength = 6;

function tasksOf(message: RunMessage | readonly TaskMessage[]): readonly TaskMessage[] {
  return "type" in message ? message.tasks : message;
}

function isRun(message: MessageToWorker): message is RunMessage | readonly TaskMessage[] {
  return !("type" in message) || message.type === "run";
}

/** The errors of the items that could not be rebuilt, by index in the task. */
type Unreadable = ReadonlyMap<number, unknown>;

const none: Unreadable = new Map();

/** The rebuilt arguments or items of a task. @throws the error of rebuilding the arguments of a call. */
async function readInput([, , payload, kind]: TaskMessage, input: unknown): Promise<[unknown[], Unreadable]> {
  try {
    return [(await input) as unknown[], none];
  } catch (error) {
    if (kind === undefined || !isPackedPayload(payload)) throw error;
    const [items, errors] = await unpackEach(payload.packed);
    return [items, new Map(errors)];
  }
}

/** Puts a repeated value, which was sent separately, back into each item. */
function insertValue(items: unknown[], key: ItemKey, value: unknown, unreadable: Unreadable): void {
  for (let i = 0; i < items.length; i++) {
    if (unreadable.has(i)) continue;
    if (key === null) items[i] = value;
    else (items[i] as Record<string, unknown>)[key] = value;
  }
}
