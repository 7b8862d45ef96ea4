import type { WorkerDiedError } from "../../base/errors.ts";
import type { KnownFunction } from "../wire/known-function.ts";
import type { TaskKind } from "../wire/pool-message.ts";
import type { RepeatedValues } from "../wire/repeated-values.ts";

/** How a cancelled task came to its end: it had not begun, it ended by itself, or its worker was ended. */
export type CancelOutcome = "not started" | "stopped" | "killed";

/** What became of a task: a value for each item and the errors of those that failed, or one error for the whole of it. */
export type TaskOutcome =
  | { readonly values: unknown; readonly errors: readonly (readonly [place: number, error: unknown])[] }
  | { readonly error: unknown };

/** What a task is made from. */
export interface TaskSpec {
  readonly fn: KnownFunction;
  readonly kind: TaskKind;
  /** The arguments, or the items. */
  readonly input: ArrayLike<unknown> & Iterable<unknown>;
  /** What the whole is called in errors: `apply`, `map`. */
  readonly call: string;
  /** The place of its first item among all items of the call. Default: 0. */
  readonly firstItem?: number;
  /** Whether later items are run when one has failed. Default: false. */
  readonly goesOn?: boolean;
  /** What may stand in every item of the call. Default: nothing is looked for. */
  readonly repeated?: RepeatedValues;
  /** How often it may be run in all when workers die of it. Default: 1. */
  readonly attempts?: number | undefined;
  /** Longest time that it may run, and what its caller gets when that has passed. Default: no limit. */
  readonly timeout?: { readonly ms: number; errorFor(how: CancelOutcome): unknown };
  /** Whether it may have to be ended together with its worker: then no other task shares the worker with it. */
  readonly isExclusive?: boolean;
  /** Is told once. */
  readonly settled: (outcome: TaskOutcome) => void;
  /** Is told when it goes to a worker. */
  readonly started?: () => void;
}

let tasks = 0;
const none: readonly never[] = [];

/** A piece of work for one worker: one call, or a chunk of items; in the parent. */
export class Task {
  readonly id = ++tasks;
  readonly spec: TaskSpec;
  readonly queuedAt = performance.now();
  /** The deaths that it has caused. */
  deaths: readonly WorkerDiedError[] = none;
  /** Which of the messages to its worker it came with, counted from 1. */
  sentWith = 0;
  /** How often a worker died when it was the next, and had not begun. */
  missed = 0;
  /** It was sent with others, and one of them could not be: it goes by itself now. */
  goesAlone = false;
  /** Makes what it is settled with from how it ended, once it was cancelled. */
  cancelled: ((how: CancelOutcome) => unknown) | null = null;
  #isSettled = false;

  constructor(spec: TaskSpec) {
    this.spec = spec;
  }

  get isSettled(): boolean {
    return this.#isSettled;
  }

  get isExclusive(): boolean {
    return this.goesAlone || this.spec.isExclusive === true;
  }

  /** How many items it has; a call is one. */
  get items(): number {
    return this.spec.kind === "call" ? 1 : this.spec.input.length;
  }

  /** What errors call it: `apply(resize)`, `items 40 to 59 of map(resize)`. */
  get title(): string {
    const { fn, kind, call, firstItem = 0 } = this.spec;
    const whole = `${call}(${fn.name})`;
    if (kind === "call") return whole;
    const { items } = this;
    return items === 1 ? `item ${firstItem} of ${whole}` : `items ${firstItem} to ${firstItem + items - 1} of ${whole}`;
  }

  /** Tells what became of it; only the first word counts. */
  settle(outcome: TaskOutcome): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    this.spec.settled(outcome);
    return true;
  }
}
