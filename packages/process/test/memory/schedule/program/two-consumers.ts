import type { Program, ThreadContext } from "../program.ts";
import { checkItems } from "./check-items.ts";
import { ItemQueue, nameRingWord, wordsOf } from "./item-queue.ts";

const size = { records: 2, bytes: 256, limit: 1 };
const counts = [1, 1, 0, 0];

function produce({ thread, segment, log }: ThreadContext): void {
  const queue = new ItemQueue(segment, size);
  for (let index = 0; index < (counts[thread] as number); index++) {
    queue.putSync(thread, index);
    log(index + 1);
  }
}

function consume({ segment, log }: ThreadContext): void {
  log(new ItemQueue(segment, size).getSync());
}

/** Two producers that wait for room in a queue of one item, and two consumers that get one item each. */
export const program: Program = {
  byteLength: wordsOf(size) * 4,
  threads: [produce, produce, consume, consume],
  check: (outcome) => checkItems(outcome, counts, size),
  nameOf: nameRingWord,
};
