import type { TransferListItem } from "node:worker_threads";
import { CloneError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { packError } from "../../callable/pack/pack-answer.ts";
import { cloning } from "../../codec/encode.ts";
import { probe } from "../../codec/refusal.ts";
import { trimStack } from "../../process/child/trim-stack.ts";
import { isBoxed, packList, packOne } from "../wire/message-payload.ts";
import { MaybeEncodingError } from "../wire/pool-errors.ts";
import type { WireAnswer, WireTask } from "../wire/pool-message.ts";
import type { WorkerLine } from "./worker-channel.ts";

type Failed = readonly [place: number, error: unknown];

/** Tells the pool what became of tasks, in the worker: whatever a task gave or threw, the pool gets an answer. */
export class AnswerWriter {
  readonly #line: WorkerLine;
  /** Whether answers tell how much memory this worker holds. */
  tellsBytes = false;

  constructor(line: WorkerLine) {
    this.#line = line;
  }

  /**
   * Answers a task.
   *
   * @param values what its call gave, or the list of what its items gave.
   * @param began when it began, as `performance.now()` counts.
   */
  write(task: WireTask, values: unknown, errors: readonly Failed[], began: number): void {
    const ms = performance.now() - began;
    const isCall = task[3] === undefined;
    try {
      this.#send(task[0], isCall, ms, values, errors);
      return;
    } catch (error) {
      if (isCall) {
        this.#send(task[0], isCall, ms, undefined, [[0, refusedAs(error, values)]]);
        return;
      }
    }
    // The innocent items of a chunk are not to suffer for one.
    const [kept, refused] = this.#sift(values as unknown[]);
    try {
      this.#send(task[0], isCall, ms, kept, [...errors, ...refused]);
    } catch (error) {
      // Each can be copied and all of them cannot.
      const all = kept.map((value, place) => [place, refusedAs(error, value)] as const);
      this.#send(task[0], isCall, ms, [], all);
    }
  }

  /** An error, ready to cross: whatever was thrown, the caller must learn of it, and what cannot cross goes as text. */
  packError(error: unknown): PackedValue {
    const { reach } = this.#line;
    try {
      trimStack(error);
      const packed = packError(error, reach);
      probe(packed.value, reach);
      return packed;
    } catch (refused) {
      const told =
        refused instanceof CloneError ? new MaybeEncodingError(refused, printed(error)) : new Error(printed(error));
      return packError(told, reach);
    }
  }

  #send(id: number, isCall: boolean, ms: number, values: unknown, errors: readonly Failed[]): void {
    const { reach } = this.#line;
    const transferList: TransferListItem[] = [];
    const packed = isCall
      ? packOne(values, "result", reach, transferList)
      : packList(values as unknown[], "results", reach, transferList);
    const answer: WireAnswer =
      errors.length === 0 && !this.tellsBytes
        ? [id, ms, packed]
        : [
            id,
            ms,
            packed,
            errors.map(([place, error]) => [place, this.packError(error)] as const),
            this.tellsBytes ? ownBytes(reach) : 0,
          ];
    if (!isBoxed(packed)) this.#line.send(answer, transferList);
    else cloning(values, { reach, path: "result", transferList }, () => this.#line.send(answer, transferList));
  }

  // Tells the values that can be copied from those that cannot.
  #sift(values: readonly unknown[]): [unknown[], Failed[]] {
    const { reach } = this.#line;
    const refused: Failed[] = [];
    const kept = values.map((value, place) => {
      try {
        const packed = packOne(value, "result", reach, []);
        if (isBoxed(packed))
          cloning(value, { reach, path: "result", transferList: [] }, () => probe(packed.packed.value, reach));
        return value;
      } catch (error) {
        refused.push([place, refusedAs(error, value)]);
        return undefined;
      }
    });
    return [kept, refused];
  }
}

function refusedAs(error: unknown, value: unknown): MaybeEncodingError {
  return new MaybeEncodingError(error instanceof Error ? error : new Error(printed(error)), printed(value));
}

function printed(value: unknown): string {
  try {
    return process.getBuiltinModule("node:util").inspect(value, { depth: 1, maxArrayLength: 3, maxStringLength: 200 });
  } catch {
    return typeof value;
  }
}

// A thread's share of the process's memory is its heap and what its buffers hold.
function ownBytes(reach: Reach): number {
  if (reach === "process") return process.memoryUsage.rss();
  const { used_heap_size, external_memory } = process.getBuiltinModule("node:v8").getHeapStatistics();
  return used_heap_size + external_memory;
}
