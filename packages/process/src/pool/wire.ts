import type { Encoded } from "../codec/encode.ts";
import type { PackedTarget } from "../target/packed-target.ts";
import type { PackedValue } from "../target/packed-value.ts";
import type { Packed } from "./payload.ts";

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
 * Shape: an array, which clones twice as fast as an object with named fields: id, id of the function, kind, input, and
 * whether later items are still to be run when one of them fails.
 */
export type WireTask = readonly [
  id: number,
  functionId: number,
  kind: TaskKind,
  input: Packed,
  goesOnAfterError: boolean,
];

/** What a pool tells its worker. */
export type ToWorker =
  | { readonly type: "boot"; readonly boot: WorkerBoot }
  | {
      readonly type: "run";
      readonly tasks: readonly WireTask[];
      /** Functions that the worker has not seen yet. */
      readonly functions: readonly (readonly [id: number, target: PackedTarget])[];
      /** Functions that it may forget. */
      readonly forget: readonly number[];
    }
  /** Whoever asked for the task does not want its answer any more. */
  | { readonly type: "cancel"; readonly id: number; readonly reason: Encoded }
  | { readonly type: "leave" };

/** The outcome of a task: what each item gave, and what those that failed threw, by their place in the task. */
export interface WireAnswer {
  readonly type: "answer";
  readonly id: number;
  /** The value of a call; the values of the items, as far as there are any. */
  readonly values: Packed;
  readonly errors: readonly (readonly [place: number, error: PackedValue])[];
  /** How long it ran, in milliseconds. */
  readonly ms: number;
  /** Bytes of memory that the worker holds after it; 0 when that is not asked for. */
  readonly bytes: number;
}

/** What a worker tells its pool. */
export type ToPool =
  | WireAnswer
  /** It has booted, its initializer has run. */
  | { readonly type: "ready" }
  /** It ends by itself; what it was running then, if anything. */
  | { readonly type: "leaving"; readonly running: number | null }
  /** It cannot boot. */
  | { readonly type: "failed"; readonly error: PackedValue };
