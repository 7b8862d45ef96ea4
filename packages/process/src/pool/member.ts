import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../base/shareable.ts";
import { cloning, encode } from "../codec/encode.ts";
import type { PackedTarget } from "../target/packed-target.ts";
import type { EngineWorker } from "./engine.ts";
import { isBoxed, type Packed, packList } from "./payload.ts";
import type { Task } from "./task.ts";
import type { WireRun, WireTask } from "./wire.ts";

/** What a member of a crew is doing; `retiring` takes nothing new, `ending` was told to end. */
export type MemberState = "booting" | "ready" | "retiring" | "ending";

/** Work sent ahead to a worker, in milliseconds that it is expected to take: it covers the way of a message there and back. */
const aheadMs = 2;
const aheadTasks = 256;
/** Functions that a worker keeps; the oldest is forgotten first. */
const keptFunctions = 512;

/** One worker of a pool, as the pool sees it. */
export class Member {
  readonly name: string;
  readonly worker: EngineWorker;
  readonly startedAt = performance.now();
  readonly #reach: Reach;
  readonly #functions = new Set<number>();
  readonly #inFlight = new Map<number, { readonly task: Task; readonly loadMs: number }>();
  #loadMs = 0;
  #mayTake: number;
  state: MemberState = "booting";
  /** Why it is being ended, once it is. */
  endReason: string | null = null;
  answered = 0;
  /** What it was running when it ended, as it told itself; `undefined` when it could not tell. */
  runningAtEnd: number | null | undefined;
  /** Ends the worker when a cancelled task does not stop. */
  grace: NodeJS.Timeout | undefined;
  /** Cancels the task that it runs when its time is out. */
  limit: NodeJS.Timeout | undefined;

  /** @param mayTake after how many tasks it is replaced. */
  constructor(name: string, worker: EngineWorker, reach: Reach, mayTake: number) {
    this.name = name;
    this.worker = worker;
    this.#reach = reach;
    this.#mayTake = mayTake;
  }

  /** The tasks that it was sent and has not answered, the first of which it is running. */
  get tasks(): Task[] {
    return [...this.#inFlight.values()].map(({ task }) => task);
  }

  /** What it was running when it ended: what it told, else the first that it owes. */
  get culprit(): Task | undefined {
    const { tasks, runningAtEnd } = this;
    return runningAtEnd === undefined ? tasks[0] : tasks.find(({ id }) => id === runningAtEnd);
  }

  get isIdle(): boolean {
    return this.#inFlight.size === 0;
  }

  /** Whether a task is with it. */
  has(task: Task): boolean {
    return this.#inFlight.has(task.id);
  }

  /** Whether it has taken all the tasks that it may take. */
  get isSpent(): boolean {
    return this.#mayTake <= 0;
  }

  /** Whether it is worth a message: it has run down what was sent ahead. */
  get wantsMore(): boolean {
    if (this.state !== "ready" || this.isSpent || this.limit !== undefined || this.grace !== undefined) return false;
    return (
      this.isIdle || (this.#loadMs <= aheadMs / 2 && this.#inFlight.size <= aheadTasks / 2 && !this.#hasExclusive())
    );
  }

  /**
   * Takes tasks and sends them in one message.
   *
   * @param next gives the next task; it is asked whether that wants the worker for itself before it is taken.
   * @param most how many, at most.
   * @param unpackable is told which task could not be made ready to be sent, and why.
   */
  fill(
    next: { peekExclusive(): boolean | undefined; take(): Task | undefined },
    most: number,
    unpackable: (task: Task, error: unknown) => void,
  ): Task[] {
    const wire: WireTask[] = [];
    const sent: Task[] = [];
    const transferList: TransferListItem[] = [];
    const functions: (readonly [number, PackedTarget])[] = [];
    const forget: number[] = [];
    while (sent.length < most && this.#mayTake > 0) {
      const isExclusive = next.peekExclusive();
      if (isExclusive === undefined || (isExclusive && !this.isIdle)) break;
      if (!this.isIdle && (this.#loadMs >= aheadMs || this.#inFlight.size >= aheadTasks)) break;
      const task = next.take();
      if (task === undefined) break;
      let input: Packed;
      const { fn, kind, goesOn = false } = task.spec;
      try {
        if (!this.#functions.has(fn.id)) {
          functions.push([fn.id, fn.pack(this.#reach, transferList)]);
          forget.push(...this.#remember(fn.id));
        }
        input = pack(task, this.#reach, transferList);
      } catch (error) {
        unpackable(task, error);
        continue;
      }
      wire.push(kind === "call" ? [task.id, fn.id, input] : [task.id, fn.id, input, kind, goesOn]);
      this.#enter(task, isBoxed(input));
      sent.push(task);
      if (task.isExclusive) break;
    }
    const isPlain = functions.length === 0 && forget.length === 0;
    if (wire.length > 0)
      this.worker.send(isPlain ? wire : { type: "run", tasks: wire, functions, forget }, transferList);
    return sent;
  }

  /** Takes back what could not be sent. */
  takeBack(message: WireRun): Task[] {
    for (const [id] of message.functions) this.#functions.delete(id);
    this.#mayTake += message.tasks.length;
    return message.tasks.map(([id]) => this.answer(id)).filter((task) => task !== undefined);
  }

  /** Notes that a task is not with the worker any more. */
  answer(id: number): Task | undefined {
    const entry = this.#inFlight.get(id);
    if (entry === undefined) return undefined;
    this.#inFlight.delete(id);
    this.#loadMs = this.#inFlight.size === 0 ? 0 : this.#loadMs - entry.loadMs;
    return entry.task;
  }

  /** Stops what would end the member or its task. */
  clearTimers(): void {
    clearTimeout(this.grace);
    clearTimeout(this.limit);
    this.grace = undefined;
    this.limit = undefined;
  }

  /** Tells the worker that nobody wants a task's answer any more. */
  cancel(task: Task, reason: unknown): void {
    const options = { reach: this.#reach, path: "signal.reason", transferList: [] };
    let told = encode(new Error(String(reason)), options);
    try {
      told = encode(reason, options);
      structuredClone(told.value);
    } catch {
      // The text has to do for a reason that cannot cross.
    }
    this.worker.send({ type: "cancel", id: task.id, reason: told });
  }

  #enter(task: Task, isCompound: boolean): void {
    const expected = (task.spec.fn.longMs ?? aheadMs) * task.items;
    // Of values that may be large only a few are sent ahead.
    const loadMs = isCompound ? Math.max(expected, aheadMs / 16) : expected;
    this.#inFlight.set(task.id, { task, loadMs });
    this.#loadMs += loadMs;
    this.#mayTake -= 1;
  }

  #remember(id: number): number[] {
    this.#functions.add(id);
    if (this.#functions.size <= keptFunctions) return [];
    const [oldest] = this.#functions;
    this.#functions.delete(oldest as number);
    return [oldest as number];
  }

  #hasExclusive(): boolean {
    for (const { task } of this.#inFlight.values()) if (task.isExclusive) return true;
    return false;
  }
}

/** Makes a task's input ready to cross. */
function pack({ spec: { input, kind } }: Task, reach: Reach, transferList: TransferListItem[]): Packed {
  if (Array.isArray(input)) return packList(input, kind === "call" ? "args" : "items", reach, transferList);
  // A piece of a typed array: what threads share crosses as it is, of everything else one copy is made, and moved.
  const piece = input as unknown as Float64Array;
  if (reach === "thread" && piece.buffer instanceof SharedArrayBuffer) return piece;
  const copy = piece.slice();
  if (reach === "thread") transferList.push(copy.buffer as ArrayBuffer);
  return copy;
}

/** The error for a task that could not be sent, naming what of it cannot cross. */
export function refusalOf({ spec: { input, kind } }: Task, reach: Reach, error: unknown): unknown {
  try {
    return cloning(input, { reach, path: kind === "call" ? "args" : "items", transferList: [] }, () => {
      throw error;
    });
  } catch (refusal) {
    return refusal;
  }
}
