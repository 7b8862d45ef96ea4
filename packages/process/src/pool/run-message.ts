import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../base/shareable.ts";
import { cloning } from "../codec/encode.ts";
import type { PackedTarget } from "../target/packed-target.ts";
import { isBoxed, type Packed, packList } from "./payload.ts";
import type { Task } from "./task.ts";
import type { ToWorker, WireTask } from "./wire.ts";

/** The message that hands tasks to a worker, in the making. */
export class RunMessage {
  readonly tasks: Task[] = [];
  readonly transferList: TransferListItem[] = [];
  /** The functions that go with it, as the worker does not know them. */
  readonly functions: (readonly [id: number, target: PackedTarget])[] = [];
  readonly #wire: WireTask[] = [];
  readonly #reach: Reach;
  readonly #known: ReadonlySet<number>;
  readonly #forget: readonly number[];

  /**
   * @param known the functions that the worker knows.
   * @param forget those that it may forget before it begins.
   */
  constructor(reach: Reach, known: ReadonlySet<number>, forget: readonly number[]) {
    this.#reach = reach;
    this.#known = known;
    this.#forget = forget;
  }

  /** What is sent. */
  get wire(): ToWorker {
    if (this.functions.length === 0 && this.#forget.length === 0) return this.#wire;
    return { type: "run", tasks: this.#wire, functions: this.functions, forget: this.#forget };
  }

  /**
   * Adds a task.
   *
   * @returns whether its input is more than a few primitives.
   * @throws what packing its function or its input throws; it was not added then.
   */
  add(task: Task): boolean {
    const { fn, kind, goesOn = false } = task.spec;
    const moved = this.transferList.length;
    const told = this.functions.length;
    try {
      if (!this.#known.has(fn.id) && !this.functions.some(([id]) => id === fn.id)) {
        this.functions.push([fn.id, fn.pack(this.#reach, this.transferList)]);
      }
      const input = this.#pack(task);
      this.#wire.push(kind === "call" ? [task.id, fn.id, input] : [task.id, fn.id, input, kind, goesOn]);
      this.tasks.push(task);
      return isBoxed(input);
    } catch (error) {
      // What a refused task would have moved stays where it is.
      this.transferList.length = moved;
      this.functions.length = told;
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

  #pack({ spec: { input, kind } }: Task): Packed {
    if (Array.isArray(input))
      return packList(input, kind === "call" ? "args" : "items", this.#reach, this.transferList);
    // A piece of a typed array: what threads share crosses as it is, of everything else one copy is made, and moved.
    const piece = input as unknown as Float64Array;
    if (this.#reach === "thread" && piece.buffer instanceof SharedArrayBuffer) return piece;
    const copy = piece.slice();
    if (this.#reach === "thread") this.transferList.push(copy.buffer as ArrayBuffer);
    return copy;
  }
}
