import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import { trimStack } from "../../base/stack.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { packErrorOfAnyClass } from "../../callable/pack/pack-value.ts";
import { withCloneErrors } from "../../codec/encode.ts";
import { encodingError, packThrown } from "../../codec/encoding-error.ts";
import { checkPayload, isPackedPayload, packListPayload, packValuePayload } from "../wire/payload.ts";
import type { AnswerMessage, TaskMessage } from "../wire/pool-message.ts";
import type { WorkerChannel } from "./worker-channel.ts";

/** The error of an item, by its index in the task; `null` stands for the whole task. */
export type Failure = readonly [index: number | null, error: unknown];
type ItemFailure = readonly [index: number, error: unknown];

/** Sends the answers of tasks to the pool. Every task gets an answer, whatever it returned or threw. */
export class AnswerWriter {
  readonly #channel: WorkerChannel;
  /** How far answers are sent. */
  reach: Reach;
  /** Whether answers report this worker's memory. */
  reportsMemory = false;
  /** Called before a task is answered. */
  onEnd: ((task: TaskMessage, items: number, startedAt: number) => void) | undefined;

  constructor(channel: WorkerChannel) {
    this.#channel = channel;
    this.reach = channel.reach;
  }

  /**
   * Answers a task.
   *
   * @param values the value of its call, or the list of its items' values.
   * @param startedAt when it started, by `performance.now()`.
   */
  write(task: TaskMessage, values: unknown, errors: readonly Failure[], startedAt: number): void {
    const ms = performance.now() - startedAt;
    this.onEnd?.(task, task[3] === undefined ? 1 : (values as readonly unknown[]).length, startedAt);
    try {
      this.#send(task, ms, values, errors);
    } catch (error) {
      if (task[3] === undefined) this.#send(task, ms, undefined, [[null, encodingError(error, values)]]);
      else this.#sendCloneable(task, ms, values as unknown[], errors as readonly ItemFailure[]);
    }
  }

  /** Packs an error for a message. The caller must receive some error: see {@link packThrown}. */
  packError(error: unknown): PackedValue {
    const { reach } = this;
    trimStack(error);
    return packThrown(error, reach, (thrown) => packErrorOfAnyClass(thrown, reach));
  }

  #send(task: TaskMessage, ms: number, values: unknown, errors: readonly Failure[], path = "results"): void {
    const { reach } = this;
    const [id, , , kind] = task;
    const transferList: TransferListItem[] = [];
    const packed =
      kind === undefined
        ? packValuePayload(values, "result", reach, transferList)
        : packListPayload(values as unknown[], path, reach, transferList);
    const answer: AnswerMessage =
      errors.length === 0 && !this.reportsMemory
        ? [id, ms, packed]
        : [
            id,
            ms,
            packed,
            errors.map(([index, error]) => [index, this.packError(error)] as const),
            this.reportsMemory ? usedBytes(this.#channel.reach) : 0,
          ];
    if (!isPackedPayload(packed)) this.#channel.send(answer, transferList);
    else
      withCloneErrors(values, { reach, path: kind === undefined ? "result" : path, transferList }, () =>
        this.#channel.send(answer, transferList),
      );
  }

  /** Answers a task of several items when values cannot be cloned: only the items of those values fail. */
  #sendCloneable(task: TaskMessage, ms: number, values: readonly unknown[], errors: readonly ItemFailure[]): void {
    const { reach } = this;
    const [, , , , firstItem = 0] = task;
    const failed = new Map(errors);
    const kept = values.map((value, index) => {
      try {
        checkPayload(value, `results[${firstItem + index}]`, reach);
        return value;
      } catch (error) {
        failed.set(index, encodingError(error, value));
        return undefined;
      }
    });
    try {
      this.#send(task, ms, kept, [...failed], `results.slice(${firstItem}, ${firstItem + values.length})`);
    } catch (error) {
      // Each value can be cloned alone, but not all together.
      const all = kept.map((value, index) => [index, failed.get(index) ?? encodingError(error, value)] as const);
      this.#send(task, ms, kept.fill(undefined), all);
    }
  }
}

// A process reports its resident memory, a thread its heap and the memory of its buffers.
function usedBytes(reach: Reach): number {
  if (reach === "process") return process.memoryUsage.rss();
  const { used_heap_size, external_memory } = process.getBuiltinModule("node:v8").getHeapStatistics();
  return used_heap_size + external_memory;
}
