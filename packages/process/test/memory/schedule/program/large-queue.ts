import { bytesTag } from "../../../../src/connection/value-record.ts";
import type { Outcome, Program, ThreadContext } from "../program.ts";
import { ItemQueue, itemOf, nameRingWord, wordsOf } from "./item-queue.ts";

const size = { records: 128, bytes: 2 ** 15, limit: 100 };
const producers = [0, 1];
/** The item that is in the full queue before the threads start, 100 times. */
const earlier = 255;

function produceSync({ thread, segment, log }: ThreadContext): void {
  new ItemQueue(segment, size).putSync(thread, 0);
  log(1);
}

async function produce({ thread, segment, log }: ThreadContext): Promise<void> {
  await new ItemQueue(segment, size).put(thread, 0);
  log(1);
}

function consume({ segment, log }: ThreadContext): void {
  const queue = new ItemQueue(segment, size);
  for (let got = 0; got < producers.length; got++) log(queue.getSync());
}

/** Fills the ring up to its limit: the tail, then an entry of offset, length and tag for each item of one byte. */
function fill(words: Int32Array): void {
  words[2] = size.limit;
  for (let i = 0; i < size.limit; i++) {
    words[64 + i * 2] = i;
    words[65 + i * 2] = 1 | (bytesTag << 28);
  }
  const bytes = new Uint8Array(words.buffer, words.byteOffset + (64 + size.records * 2) * 4, size.bytes);
  bytes.fill(earlier, 0, size.limit);
}

function check({ logs, memory }: Outcome): string | undefined {
  const left = ItemQueue.drain(memory, size);
  const wrong = (what: string) => `${what}; logged: ${JSON.stringify(logs)}, left in the ring: ${JSON.stringify(left)}`;
  if (logs[2]?.join() !== [earlier, earlier].join()) return wrong("the consumer got other items");
  for (const producer of producers)
    if (left.filter((item) => item === itemOf(producer, 0)).length !== 1) return wrong(`an item of thread ${producer}`);
  return left.length === size.limit ? undefined : wrong("items are lost or there twice");
}

/** A full queue of 100 items, two producers that wait for room, and a consumer that takes two items and ends. */
export const program: Program = {
  byteLength: wordsOf(size) * 4,
  threads: [produceSync, produce, consume],
  prepare: fill,
  check,
  nameOf: nameRingWord,
};
