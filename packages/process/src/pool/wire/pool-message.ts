import type { Reach } from "../../base/shareable.ts";
import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import type { Encoded } from "../../codec/encode.ts";
import type { ProcessSetup } from "../../process/info/process-setup.ts";
import type { CarriedContext } from "../../storage/carried-context.ts";
import type { Payload } from "./payload.ts";

/** The first message to a worker. */
export interface WorkerBoot extends ProcessSetup {
  readonly initializer: PackedTarget | null;
  readonly initArgs: PackedValue;
  /** The default number of workers of a pool that is made inside the worker. */
  readonly defaultWorkerCount: number;
  /** How many tasks the worker runs at a time. */
  readonly concurrentTasks: number;
  /** How far answers are sent: between a worker of another machine and the pool, a process passes them on. */
  readonly reach: Reach;
  /** Whether answers report the worker's memory. */
  readonly reportMemory: boolean;
}

/**
 * How a task uses its input: as the arguments of one call, or as items with a call each, spread into arguments or
 * not.
 */
export type TaskKind = "call" | "each" | "spread";

/**
 * A task in a message to a worker.
 *
 * Shape: an array, which clones twice as fast as an object with named fields; `kind` is left out for a single call.
 */
export type TaskMessage = readonly [
  id: number,
  functionId: number,
  input: Payload,
  kind?: TaskKind | undefined,
  /** The index of the first item among all items of the call, for error messages. */
  firstItem?: number,
  /** Whether the items behind a failed one are run. */
  continueOnError?: boolean,
  /** The values that every item contains and that are sent separately. */
  repeated?: readonly (readonly [key: ItemKey, valueId: number])[] | undefined,
  /** The values that the call carries. Tasks of one call in one message have the same object, which is cloned once. */
  context?: CarriedContext,
];

/** Where an item contains a value: `null` for the item itself, else the index of an element or the name of a field. */
export type ItemKey = number | string | null;

/** Tasks for a worker, with the functions and values that it does not have yet and the ids that it forgets first. */
export interface RunMessage {
  readonly type: "run";
  readonly tasks: readonly TaskMessage[];
  readonly functions: readonly (readonly [id: number, target: PackedTarget])[];
  readonly values: readonly (readonly [id: number, value: PackedValue])[];
  readonly forget: readonly number[];
}

/** Cancels a task: its caller does not want the answer any more. */
export interface CancelMessage {
  readonly type: "cancel";
  readonly id: number;
  readonly reason: Encoded;
}

/** A message from a pool to a worker. */
export type MessageToWorker =
  | { readonly type: "boot"; readonly boot: WorkerBoot }
  | RunMessage
  /** The short form of a {@link RunMessage} with tasks only. */
  | readonly TaskMessage[]
  | CancelMessage
  /** Asks for a sign that the worker's event loop runs. */
  | { readonly type: "ping" }
  | { readonly type: "leave" };

/**
 * A worker's answer to a task: the value of each item, and the errors of those that failed, by index in the task. The
 * index `null` stands for the whole task: its call failed, or it could not be started.
 *
 * Shape: an array, as {@link TaskMessage}.
 */
export type AnswerMessage = readonly [
  id: number,
  /** How long the task ran, in milliseconds. */
  ms: number,
  /** The value of the call; or the values of the items that ran. */
  values: Payload,
  errors?: readonly (readonly [index: number | null, error: PackedValue])[],
  /** Bytes of memory that the worker holds after the task, if {@link WorkerBoot.reportMemory}. */
  bytes?: number,
];

/** Whether a worker's message is an answer. */
export function isAnswer(message: MessageToPool): message is AnswerMessage {
  return Array.isArray(message);
}

/** A message from a worker to its pool. */
export type MessageToPool =
  | AnswerMessage
  /** The worker has booted and its initializer has returned. */
  | { readonly type: "ready" }
  /** The answer to a `ping`. */
  | { readonly type: "pong" }
  /**
   * The worker takes no further tasks, and exits when it has run those that it has: its machine is about to end, or
   * other pools wait for its processor. After `"idle"`, the pool starts another one when it has tasks, and not before.
   */
  | { readonly type: "retire"; readonly reason: "machine" | "shared" | "idle" }
  /** The worker cannot boot. */
  | { readonly type: "failed"; readonly error: PackedValue };

/** What a process sends before it starts on a run message. A thread increments a number in shared memory instead. */
export const runStarted = "begun";
