import { Mutex } from "../../../../src/memory/mutex.ts";
import { idleHookMs } from "../../../../src/memory/wait/idle-hooks.ts";
import type { Program, ThreadContext } from "../program.ts";
import { checkItems } from "./check-items.ts";
import { ItemQueue, nameRingWord, wordsOf } from "./item-queue.ts";

const size = { records: 2, bytes: 16 };
const counts = [3, 2, 0];
const consumer = 2;
const lockWord = wordsOf(size);

/**
 * Puts more than the ring may have room for, then waits for a lock, as a program may that puts its results on a
 * queue: what the outbox keeps has to be written from within that wait, since the consumer gives the lock only for
 * all items.
 */
async function produce({ thread, segment, log }: ThreadContext): Promise<void> {
  const queue = new ItemQueue(segment, size);
  for (let index = 0; index < (counts[thread] as number); index++) {
    queue.putSync(thread, index);
    if (queue.outbox.size === 0) log(index + 1);
  }
  const lock = new Mutex(segment, lockWord);
  lock.takeSync();
  if (lock.isAbandoned) lock.repair();
  lock.release();
  await queue.outbox.flushed();
}

function consume({ segment, log }: ThreadContext): void {
  const queue = new ItemQueue(segment, size);
  const total = counts.reduce((sum, count) => sum + count, 0);
  for (let got = 0; got < total; got++) log(queue.getSync());
  new Mutex(segment, lockWord).release();
}

/**
 * Two producers, whose items do not all have room in the ring, and a consumer that holds a lock until it has all items.
 */
export const program: Program = {
  byteLength: (lockWord + 16) * 4,
  threads: [produce, produce, consume],
  longestNapMs: idleHookMs,
  prepare(words) {
    words[lockWord] = consumer + 1;
  },
  check: (outcome) => checkItems(outcome, counts, size),
  nameOf: (word) => ({ [lockWord]: "lock", [lockWord + 1]: "lock's gate" })[word] ?? nameRingWord(word),
};
