import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import type { Encoded } from "../../codec/encode.ts";
import type { Packed } from "./message-payload.ts";

/** All that a worker of a pool must know to begin. */
export interface WorkerBoot {
  readonly initializer: PackedTarget | null;
  readonly initArgs: PackedValue;
  /** How many workers a pool that is made inside the worker gets when it names no number. */
  readonly budget: number;
  /** Whether answers tell how much memory the worker holds. */
  readonly tellBytes: boolean;
}

/** How a task's input is to be used: as the arguments of one call, or as the items of one call each, spread or not. */
export type TaskKind = "call" | "each" | "spread";

/**
 * A task on its way to a worker.
 *
 * Shape: an array, which clones twice as fast as an object with named fields; `kind` is left out for a single call.
 */
export type WireTask = readonly [
  id: number,
  functionId: number,
  input: Packed,
  kind?: TaskKind,
  /** Whether later items are still to be run when one of them fails. */
  goesOnAfterError?: boolean,
  /** What stands in every item and was sent apart. */
  repeated?: readonly (readonly [place: RepeatedPlace, valueId: number])[],
];

/** Where in an item something stands: it is the item itself (`null`), one of its elements or one of its fields. */
export type RepeatedPlace = number | string | null;

/** Tasks for a worker, with functions and repeated values that it has not seen yet, and those that it may forget before. */
export interface WireRun {
  readonly type: "run";
  readonly tasks: readonly WireTask[];
  readonly functions: readonly (readonly [id: number, target: PackedTarget])[];
  readonly values: readonly (readonly [id: number, value: PackedValue])[];
  readonly forget: readonly number[];
}

/** Whoever asked for a task does not want its answer any more. */
export interface WireCancel {
  readonly type: "cancel";
  readonly id: number;
  readonly reason: Encoded;
}

/** What a pool tells its worker. */
export type ToWorker =
  | { readonly type: "boot"; readonly boot: WorkerBoot }
  | WireRun
  /** As {@link WireRun}, when there is nothing to say of functions and values. */
  | readonly WireTask[]
  | WireCancel
  | { readonly type: "leave" };

/**
 * The outcome of a task: what each item gave, and what those that failed threw, by their place in the task.
 *
 * Shape: an array, as {@link WireTask}.
 */
export type WireAnswer = readonly [
  id: number,
  /** How long it ran, in milliseconds. */
  ms: number,
  /** The value of a call; the values of the items, as far as there are any. */
  values: Packed,
  errors?: readonly (readonly [place: number, error: PackedValue])[],
  /** Bytes of memory that the worker holds after it, where that is asked for. */
  bytes?: number,
];

/** Whether a worker's message is an answer. */
export function isAnswer(message: ToPool): message is WireAnswer {
  return Array.isArray(message);
}

/** What a worker tells its pool. */
export type ToPool =
  | WireAnswer
  /** It has booted, its initializer has run. */
  | { readonly type: "ready" }
  /** It cannot boot. */
  | { readonly type: "failed"; readonly error: PackedValue };

/** What a process says before it begins on a message of tasks; threads have a word of memory for that. */
export const begun = "begun";
