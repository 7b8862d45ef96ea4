import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import type { PackedTarget } from "../../callable/form/packed-target.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { cloning } from "../../codec/encode.ts";
import { isBoxed, type Packed, packList } from "../wire/message-payload.ts";
import type { TaskKind, ToWorker, WireTask } from "../wire/pool-message.ts";
import { type RepeatedValue, without } from "../wire/repeated-values.ts";
import type { Task } from "./task.ts";

/** The message that hands tasks to a worker, in the making. */
export class RunMessage {
  readonly tasks: Task[] = [];
  readonly transferList: TransferListItem[] = [];
  /** The functions and values that go with it, as the worker does not know them. */
  readonly functions: (readonly [id: number, target: PackedTarget])[] = [];
  readonly values: (readonly [id: number, value: PackedValue])[] = [];
  readonly #wire: WireTask[] = [];
  readonly #reach: Reach;
  readonly #known: ReadonlySet<number>;
  readonly #forget: readonly number[];

  /**
   * @param known the functions and values that the worker knows.
   * @param forget those that it may forget before it begins.
   */
  constructor(reach: Reach, known: ReadonlySet<number>, forget: readonly number[]) {
    this.#reach = reach;
    this.#known = known;
    this.#forget = forget;
  }

  /** What is sent. */
  get wire(): ToWorker {
    if (!this.isNews) return this.#wire;
    const { functions, values } = this;
    return { type: "run", tasks: this.#wire, functions, values, forget: this.#forget };
  }

  /** Whether the worker learns or forgets something by it. */
  get isNews(): boolean {
    return this.functions.length > 0 || this.values.length > 0 || this.#forget.length > 0;
  }

  /**
   * Adds a task.
   *
   * @returns whether its input is more than a few primitives.
   * @throws what packing its function or its input throws; it was not added then.
   */
  add(task: Task): boolean {
    const { fn, kind, goesOn = false, input } = task.spec;
    const { transferList, functions, values } = this;
    const before = [transferList.length, functions.length, values.length] as const;
    try {
      if (this.#isNew(fn.id, functions)) functions.push([fn.id, fn.pack(this.#reach, transferList)]);
      const apart = this.#apart(task);
      const packed = this.#pack(apart.length === 0 ? input : without(input as unknown[], apart), kind);
      if (kind === "call") this.#wire.push([task.id, fn.id, packed]);
      else if (apart.length === 0) this.#wire.push([task.id, fn.id, packed, kind, goesOn]);
      else this.#wire.push([task.id, fn.id, packed, kind, goesOn, apart.map(({ place, id }) => [place, id])]);
      this.tasks.push(task);
      return isBoxed(packed);
    } catch (error) {
      // What a refused task would have moved stays where it is.
      [transferList.length, functions.length, values.length] = before;
      throw error;
    }
  }

  /** The error for a task that could not be cloned, naming what of it cannot cross. */
  refusalOf({ spec: { input, kind } }: Task, error: unknown): unknown {
    try {
      return cloning(input, { reach: this.#reach, path: kind === "call" ? "args" : "items", transferList: [] }, () => {
        throw error;
      });
    } catch (refusal) {
      return refusal;
    }
  }

  /** The values of a task that go apart from it; the worker knows them, or learns of them now. */
  #apart({ spec: { repeated, input } }: Task): readonly RepeatedValue[] {
    if (repeated === undefined || !Array.isArray(input)) return none;
    return repeated.in(input).filter((value) => {
      if (!this.#isNew(value.id, this.values)) return true;
      const packed = value.pack(this.#reach);
      if (packed !== undefined) this.values.push([value.id, packed]);
      return packed !== undefined;
    });
  }

  #isNew(id: number, told: readonly (readonly [id: number, ...unknown[]])[]): boolean {
    return !this.#known.has(id) && !told.some(([known]) => known === id);
  }

  #pack(input: ArrayLike<unknown>, kind: TaskKind): Packed {
    if (Array.isArray(input))
      return packList(input, kind === "call" ? "args" : "items", this.#reach, this.transferList);
    // A piece of a typed array: what threads share crosses as it is, of everything else one copy is made, and moved.
    const piece = input as Float64Array;
    if (this.#reach === "thread" && piece.buffer instanceof SharedArrayBuffer) return piece;
    const copy = piece.slice();
    if (this.#reach === "thread") this.transferList.push(copy.buffer as ArrayBuffer);
    return copy;
  }
}

const none: readonly RepeatedValue[] = [];
