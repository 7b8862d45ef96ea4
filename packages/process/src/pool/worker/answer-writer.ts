import type { TransferListItem } from "node:worker_threads";
import { CloneError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import { trimStack } from "../../base/stack.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { packError } from "../../callable/pack/pack-answer.ts";
import { withCloneErrors } from "../../codec/encode.ts";
import { checkCloneable } from "../../codec/refusal.ts";
import { isPackedPayload, packListPayload, packValuePayload } from "../wire/payload.ts";
import { MaybeEncodingError } from "../wire/pool-errors.ts";
import type { AnswerMessage, TaskMessage } from "../wire/pool-message.ts";
import type { WorkerChannel } from "./worker-channel.ts";

type ItemFailure = readonly [index: number, error: unknown];

/** Sends the answers of tasks to the pool. Every task gets an answer, whatever it returned or threw. */
export class AnswerWriter {
  readonly #channel: WorkerChannel;
  /** Whether answers report this worker's memory. */
  reportsMemory = false;

  constructor(channel: WorkerChannel) {
    this.#channel = channel;
  }

  /**
   * Answers a task.
   *
   * @param values the value of its call, or the list of its items' values.
   * @param startedAt when it started, by `performance.now()`.
   */
  write(task: TaskMessage, values: unknown, errors: readonly ItemFailure[], startedAt: number): void {
    const ms = performance.now() - startedAt;
    const isCall = task[3] === undefined;
    try {
      this.#send(task[0], isCall, ms, values, errors);
      return;
    } catch (error) {
      if (isCall) {
        this.#send(task[0], isCall, ms, undefined, [[0, encodingError(error, values)]]);
        return;
      }
    }
    // Only the items whose value cannot be cloned fail; the others of the chunk keep their values.
    const [kept, refused] = this.#separateUncloneable(values as unknown[]);
    try {
      this.#send(task[0], isCall, ms, kept, [...errors, ...refused]);
    } catch (error) {
      // Each value can be cloned alone, but not all together.
      const all = kept.map((value, index) => [index, encodingError(error, value)] as const);
      this.#send(task[0], isCall, ms, [], all);
    }
  }

  /** Packs an error for a message. The caller must receive some error: one that cannot be cloned is sent as text. */
  packError(error: unknown): PackedValue {
    const { reach } = this.#channel;
    try {
      trimStack(error);
      const packed = packError(error, reach);
      checkCloneable(packed.value, reach);
      return packed;
    } catch (refused) {
      const replacement =
        refused instanceof CloneError
          ? new MaybeEncodingError(refused, inspectValue(error))
          : new Error(inspectValue(error));
      return packError(replacement, reach);
    }
  }

  #send(id: number, isCall: boolean, ms: number, values: unknown, errors: readonly ItemFailure[]): void {
    const { reach } = this.#channel;
    const transferList: TransferListItem[] = [];
    const packed = isCall
      ? packValuePayload(values, "result", reach, transferList)
      : packListPayload(values as unknown[], "results", reach, transferList);
    const answer: AnswerMessage =
      errors.length === 0 && !this.reportsMemory
        ? [id, ms, packed]
        : [
            id,
            ms,
            packed,
            errors.map(([index, error]) => [index, this.packError(error)] as const),
            this.reportsMemory ? usedBytes(reach) : 0,
          ];
    if (!isPackedPayload(packed)) this.#channel.send(answer, transferList);
    else
      withCloneErrors(values, { reach, path: "result", transferList }, () => this.#channel.send(answer, transferList));
  }

  /** Replaces the values that cannot be cloned by `undefined`, with an error for each. */
  #separateUncloneable(values: readonly unknown[]): [unknown[], ItemFailure[]] {
    const { reach } = this.#channel;
    const refused: ItemFailure[] = [];
    const kept = values.map((value, index) => {
      try {
        const packed = packValuePayload(value, "result", reach, []);
        if (isPackedPayload(packed))
          withCloneErrors(value, { reach, path: "result", transferList: [] }, () =>
            checkCloneable(packed.packed.value, reach),
          );
        return value;
      } catch (error) {
        refused.push([index, encodingError(error, value)]);
        return undefined;
      }
    });
    return [kept, refused];
  }
}

function encodingError(error: unknown, value: unknown): MaybeEncodingError {
  return new MaybeEncodingError(error instanceof Error ? error : new Error(inspectValue(error)), inspectValue(value));
}

function inspectValue(value: unknown): string {
  try {
    return process.getBuiltinModule("node:util").inspect(value, { depth: 1, maxArrayLength: 3, maxStringLength: 200 });
  } catch {
    return typeof value;
  }
}

// A process reports its resident memory, a thread its heap and the memory of its buffers.
function usedBytes(reach: Reach): number {
  if (reach === "process") return process.memoryUsage.rss();
  const { used_heap_size, external_memory } = process.getBuiltinModule("node:v8").getHeapStatistics();
  return used_heap_size + external_memory;
}
