import type { Program, ThreadContext } from "../program.ts";
import { checkItems } from "./check-items.ts";
import { ItemQueue, nameRingWord, wordsOf } from "./item-queue.ts";

const size = { records: 2, bytes: 256, limit: 1 };
/** Producers that wait for room in a queue of one item, and a consumer. @param counts the items of each producer. */
export function boundedQueue(...counts: number[]): Program {
  function produce({ thread, segment, log }: ThreadContext): void {
    const queue = new ItemQueue(segment, size);
    for (let index = 0; index < (counts[thread] as number); index++) {
      queue.putSync(thread, index);
      log(index + 1);
    }
  }

  function consume({ segment, log }: ThreadContext): void {
    const queue = new ItemQueue(segment, size);
    const total = counts.reduce((sum, count) => sum + count, 0);
    for (let got = 0; got < total; got++) log(queue.getSync());
  }

  return {
    byteLength: wordsOf(size) * 4,
    threads: [...counts.map(() => produce), consume],
    check: (outcome) => checkItems(outcome, [...counts, 0], size),
    nameOf: nameRingWord,
  };
}

export const program = boundedQueue(2, 1);
