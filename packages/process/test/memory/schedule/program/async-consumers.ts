import type { Program, ThreadContext } from "../program.ts";
import { checkItems } from "./check-items.ts";
import { ItemQueue, nameRingWord, wordsOf } from "./item-queue.ts";

const size = { records: 2, bytes: 256, limit: 1 };
const counts = [1, 1, 0, 0];

async function produce({ thread, segment, log }: ThreadContext): Promise<void> {
  await new ItemQueue(segment, size).put(thread, 0);
  log(1);
}

async function consume({ segment, log }: ThreadContext): Promise<void> {
  log(await new ItemQueue(segment, size).get());
}

/** Two producers that wait for room in a queue of one item, and two consumers, all in their event loops. */
export const program: Program = {
  byteLength: wordsOf(size) * 4,
  threads: [produce, produce, consume, consume],
  check: (outcome) => checkItems(outcome, counts, size),
  nameOf: nameRingWord,
};
