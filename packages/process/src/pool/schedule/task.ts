import { after } from "../../base/deadline.ts";
import type { WorkerDiedError } from "../../base/errors.ts";
import type { KnownFunction } from "../wire/known-function.ts";
import type { TaskKind } from "../wire/pool-message.ts";
import type { RepeatedValues } from "../wire/repeated-values.ts";
import type { CallContext } from "./task-observer.ts";

/** How a cancelled task ended: it was never started, it ended by itself, or its worker was killed or crashed. */
export type CancelOutcome = "not started" | "stopped" | "killed";

/** The error of an item, with its index in the task. */
export type ItemError = readonly [index: number, error: unknown];

/**
 * The outcome of a task: the value of a call, or the items' values and the errors of those that failed; or one error
 * for the whole task.
 */
export type TaskOutcome =
  | { readonly values: unknown; readonly errors: readonly ItemError[] }
  | { readonly error: unknown };

/** The options of a task. */
export interface TaskSpec {
  readonly fn: KnownFunction;
  readonly kind: TaskKind;
  /** The arguments, or the items. */
  readonly input: ArrayLike<unknown> & Iterable<unknown>;
  /** The method that was called, for error messages: `apply`, `map`. */
  readonly call: string;
  /** The index of the task's first item among all items of the call. Default: 0. */
  readonly firstItem?: number;
  /** Whether the items behind a failed one are run. Default: false. */
  readonly continueOnError?: boolean;
  /** The call's repeated values, which are sent separately. Default: none are looked for. */
  readonly repeated?: RepeatedValues;
  /** How many times in all the task may run when it crashes its worker. Default: 1. */
  readonly attempts?: number | undefined;
  /** Whether it may be run a second time while a worker has it. Default: false. */
  readonly speculates?: boolean;
  /** The longest time that the task may run, and the error for its caller after that. Default: no limit. */
  readonly timeout?: { readonly ms: number; errorFor(how: CancelOutcome): unknown };
  /** Higher is first, see `PriorityQueue`. Default: 0. */
  readonly priority?: number | undefined;
  /** Whether ending the task may kill its worker, so that the worker gets no other task with it. */
  readonly isExclusive?: boolean;
  /** What the call carries. Default: nothing. */
  readonly context?: CallContext | undefined;
  /** When it was queued, by `performance.now()`. Default: now. */
  readonly queuedAt?: number;
  /** Called once, when the task is settled. */
  readonly onSettled: (outcome: TaskOutcome) => void;
  /** Called when the task is sent to a worker. */
  readonly onStarted?: () => void;
}

/** Two runs of one task on two workers. The first answer settles the task. */
export interface TaskRace {
  /** A run that may still give the outcome of the task. */
  readonly remaining: Task | undefined;
  /**
   * A run is settled. An error of a whole run, such as a crash of its worker, is not the task's while another one runs.
   *
   * @returns whether its outcome is that of the task.
   */
  finish(run: Task, outcome: TaskOutcome): boolean;
  /** Cancels all runs but one, whose outcome is the task's, whatever it is. */
  endFor(run: Task): void;
  /** A run crashed its worker. @returns whether another one goes on; the crash counts as one of its attempts then. */
  leaveToOther(run: Task, crash: WorkerDiedError): boolean;
}

let lastId = 0;
const none: readonly never[] = [];

/** A unit of work for one worker, in the parent: one call, or a chunk of items. */
export class Task {
  readonly id = ++lastId;
  readonly spec: TaskSpec;
  readonly queuedAt: number;
  readonly priority: number;
  /** How long it waited for a worker, in milliseconds; `undefined` until it is sent to one. */
  waitedMs: number | undefined;
  /** The crashes attributed to this task. */
  crashes: readonly WorkerDiedError[] = none;
  /** The number, counted from 1, of the run message that brought the task to its worker. */
  runNumber = 0;
  /** How many workers crashed while this task was next in line and not started. */
  crashesWhileNext = 0;
  /** The items that cannot be sent, in the order of their index; they are left out of the message. */
  #refused: readonly ItemError[] = none;
  /** Whether the task is sent in a message of its own, because a message with several tasks could not be cloned. */
  isSentAlone = false;
  /** Whether its worker has answered. The answer may be read asynchronously, so that the task is not settled yet. */
  isAnswered = false;
  /** Set by a cancellation: makes the error that the task is settled with. */
  cancelError: ((how: CancelOutcome) => unknown) | null = null;
  /** Set while the same task is run a second time, and after that. */
  race: TaskRace | undefined;
  /** Whether its outcome is that of the call: another run of the same task may be settled before. */
  isDelivered = false;
  /** Cancels the task when its time has passed; after that, ends its worker when it does not stop. */
  #timer: NodeJS.Timeout | undefined;
  /** Set by a queue while it has the task: counts the task as settled. */
  onSettledInQueue: (() => void) | undefined;
  #isSettled = false;

  constructor(spec: TaskSpec) {
    this.spec = spec;
    this.queuedAt = spec.queuedAt ?? performance.now();
    this.priority = spec.priority ?? 0;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  get isExclusive(): boolean {
    return this.isSentAlone || this.spec.isExclusive === true;
  }

  /** How many items the task has; a call counts as one. */
  get items(): number {
    return this.spec.kind === "call" ? 1 : this.spec.input.length;
  }

  /**
   * The index of its item among those of the call, if the task has only one: then an error of the whole task is that
   * item's.
   */
  get onlyItem(): number | undefined {
    const { kind, firstItem = 0 } = this.spec;
    return kind !== "call" && this.items === 1 ? firstItem : undefined;
  }

  /** The arguments or items to send: without the refused ones. */
  get sentInput(): ArrayLike<unknown> & Iterable<unknown> {
    const { input } = this.spec;
    if (this.#refused.length === 0) return input;
    return this.#sentIndexes().map((index) => input[index]);
  }

  /** Whether items were left out of the message. */
  get hasRefused(): boolean {
    return this.#refused.length > 0;
  }

  /** Leaves items out of the message, because they cannot be sent. @param refused in the order of their index. */
  refuse(refused: readonly ItemError[]): void {
    this.#refused = refused;
  }

  /** Adds the refused items to the outcome of the items that were sent. */
  withRefused(outcome: TaskOutcome): TaskOutcome {
    if (this.#refused.length === 0 || "error" in outcome) return outcome;
    const sent = this.#sentIndexes();
    const values: unknown[] = new Array(this.items).fill(undefined);
    for (const [at, value] of (outcome.values as unknown[]).entries()) values[sent[at] as number] = value;
    const failed = outcome.errors.map(([at, error]): ItemError => [sent[at] as number, error]);
    return { values, errors: [...this.#refused, ...failed].sort(([a], [b]) => a - b) };
  }

  /** How the task ends when it is cancelled while no worker has it. */
  get endWithoutWorker(): CancelOutcome {
    if (this.isAnswered) return "stopped";
    // It waits for another attempt.
    return this.crashes.length > 0 ? "killed" : "not started";
  }

  /** The task's name in errors: `apply(resize)`, `items 40 to 59 of map(resize)`. */
  get title(): string {
    const { fn, kind, call, firstItem = 0 } = this.spec;
    const whole = `${call}(${fn.name})`;
    if (kind === "call") return whole;
    const { items } = this;
    return items === 1 ? `item ${firstItem} of ${whole}` : `items ${firstItem} to ${firstItem + items - 1} of ${whole}`;
  }

  /** Settles the task. @returns whether it was not settled before; a second outcome is ignored. */
  settle(outcome: TaskOutcome): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.stopTimer();
    this.onSettledInQueue?.();
    this.isDelivered = this.race?.finish(this, outcome) ?? true;
    if (this.isDelivered) this.spec.onSettled(outcome);
    return true;
  }

  /** Calls a function after a time, in milliseconds, unless the task is settled or leaves its worker before. */
  startTimer(ms: number, onTime: () => void): void {
    this.stopTimer();
    this.#timer = after(ms, onTime);
  }

  stopTimer(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #sentIndexes(): number[] {
    const refused = new Set(this.#refused.map(([index]) => index));
    return Array.from(this.spec.input, (_, index) => index).filter((index) => !refused.has(index));
  }
}
