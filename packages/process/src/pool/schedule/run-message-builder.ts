import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { withCloneErrors } from "../../codec/encode.ts";
import { isSharedMemory } from "../../codec/refusal.ts";
import { isPackedPayload, type Payload, packListPayload } from "../wire/payload.ts";
import type { MessageToWorker, TaskMessage } from "../wire/pool-message.ts";
import { omitValues, type RepeatedValue } from "../wire/repeated-values.ts";
import type { Task } from "./task.ts";
import { contextOf } from "./task-observer.ts";

/** Builds the message that sends tasks to a worker. */
export class RunMessageBuilder {
  readonly tasks: Task[] = [];
  readonly transferList: TransferListItem[] = [];
  /** The functions and values that the tasks use and the worker does not have. */
  readonly functions: (readonly [id: number, target: PackedTarget])[] = [];
  readonly values: (readonly [id: number, value: PackedValue])[] = [];
  readonly #taskMessages: TaskMessage[] = [];
  readonly #reach: Reach;
  readonly #known: ReadonlySet<number>;
  readonly #forget: readonly number[];

  /**
   * @param known the ids of the functions and values that the worker has.
   * @param forget the ids that the worker forgets before it starts on the message.
   */
  constructor(reach: Reach, known: ReadonlySet<number>, forget: readonly number[]) {
    this.#reach = reach;
    this.#known = known;
    this.#forget = forget;
  }

  /** The built message. */
  get message(): MessageToWorker {
    if (!this.changesKnown) return this.#taskMessages;
    const { functions, values } = this;
    return { type: "run", tasks: this.#taskMessages, functions, values, forget: this.#forget };
  }

  /** Whether the worker gets or forgets functions or values with this message. */
  get changesKnown(): boolean {
    return this.functions.length > 0 || this.values.length > 0 || this.#forget.length > 0;
  }

  /**
   * Adds a task.
   *
   * @returns whether its input may be large: it is more than a few primitives.
   * @throws the error of packing its function or its input, or when that cancelled it; then the task was not added.
   */
  add(task: Task): boolean {
    const { fn, kind, firstItem = 0, continueOnError = false } = task.spec;
    const context = contextOf(task);
    const input = task.sentInput;
    const { transferList, functions, values } = this;
    const before = [transferList.length, functions.length, values.length] as const;
    try {
      if (this.#isNew(fn.id, functions)) functions.push([fn.id, fn.pack(this.#reach, transferList)]);
      const repeated = this.#addRepeated(task);
      const packed = this.#pack(
        repeated.length === 0 ? input : omitValues(input as unknown[], repeated),
        kind === "call" ? "args" : "items",
      );
      if (task.isSettled) throw new Error(`${task.title} was cancelled while it was packed`);
      const keys = repeated.length === 0 ? undefined : repeated.map(({ key, id }) => [key, id] as const);
      const isCall = kind === "call";
      if (context !== undefined) {
        const sentKind = isCall ? undefined : kind;
        this.#taskMessages.push([task.id, fn.id, packed, sentKind, firstItem, continueOnError, keys, context]);
      } else if (isCall) this.#taskMessages.push([task.id, fn.id, packed]);
      else if (keys === undefined) this.#taskMessages.push([task.id, fn.id, packed, kind, firstItem, continueOnError]);
      else this.#taskMessages.push([task.id, fn.id, packed, kind, firstItem, continueOnError, keys]);
      this.tasks.push(task);
      return isPackedPayload(packed);
    } catch (error) {
      // The buffers of a refused task are not moved.
      [transferList.length, functions.length, values.length] = before;
      throw error;
    }
  }

  /** The error for a task that could not be cloned. It names the part that cannot. */
  cloneErrorOf({ sentInput, spec: { kind } }: Task, error: unknown): unknown {
    const path = kind === "call" ? "args" : "items";
    try {
      return withCloneErrors(sentInput, { reach: this.#reach, path, transferList: [] }, () => {
        throw error;
      });
    } catch (cloneError) {
      return cloneError;
    }
  }

  /**
   * The repeated values of a task that are sent separately. Adds those to the message that the worker does not have.
   */
  #addRepeated({ spec: { repeated }, sentInput }: Task): readonly RepeatedValue[] {
    if (repeated === undefined || !Array.isArray(sentInput)) return none;
    return repeated.foundIn(sentInput).filter((value) => {
      if (!this.#isNew(value.id, this.values)) return true;
      const packed = value.pack(this.#reach);
      if (packed !== undefined) this.values.push([value.id, packed]);
      return packed !== undefined;
    });
  }

  #isNew(id: number, added: readonly (readonly [id: number, ...unknown[]])[]): boolean {
    return !this.#known.has(id) && !added.some(([known]) => known === id);
  }

  #pack(input: ArrayLike<unknown>, path: string): Payload {
    if (Array.isArray(input)) return packListPayload(input, path, this.#reach, this.transferList);
    // A piece of a typed array. Memory that threads share is sent as it is; any other piece is copied once and moved.
    const piece = input as Float64Array;
    if (this.#reach === "thread" && isSharedMemory(piece)) return piece;
    const copy = piece.slice();
    if (this.#reach === "thread") this.transferList.push(copy.buffer as ArrayBuffer);
    return copy;
  }
}

const none: readonly RepeatedValue[] = [];
