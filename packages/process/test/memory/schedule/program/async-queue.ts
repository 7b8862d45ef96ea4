import type { Program, ThreadContext } from "../program.ts";
import { checkItems } from "./check-items.ts";
import { ItemQueue, nameRingWord, wordsOf } from "./item-queue.ts";

const size = { records: 2, bytes: 16 };
const counts = [3, 1, 0];

async function produce({ thread, segment, log }: ThreadContext): Promise<void> {
  const queue = new ItemQueue(segment, size);
  for (let index = 0; index < (counts[thread] as number); index++) await queue.put(thread, index);
  await queue.outbox.flushed();
  log(counts[thread] as number);
}

async function consume({ segment, log }: ThreadContext): Promise<void> {
  const queue = new ItemQueue(segment, size);
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (let got = 0; got < total; got++) log(await queue.get());
}

/** Two producers and a consumer that wait in their event loops. */
export const program: Program = {
  byteLength: wordsOf(size) * 4,
  threads: [produce, produce, consume],
  check: (outcome) => checkItems(outcome, counts, size),
  nameOf: nameRingWord,
};
