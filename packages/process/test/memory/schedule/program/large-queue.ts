import { bytesTag } from "../../../../src/connection/value-record.ts";
import { Gate } from "../../../../src/memory/gate.ts";
import type { Outcome, Program, ThreadContext } from "../program.ts";
import { ItemQueue, itemOf, nameRingWord, wordsOf } from "./item-queue.ts";

const size = { records: 128, bytes: 2 ** 15, limit: 100 };
/** After the ring: how many items are put, and the gate at which the consumer waits for that. */
const putsWord = wordsOf(size);
const gateWord = putsWord + 1;
const producers = [0, 1];
/** The item that is in the full queue before the threads start, 100 times. */
const earlier = 255;

function countPut({ segment, log }: ThreadContext): void {
  log(1);
  Atomics.add(segment.words, putsWord, 1);
  new Gate(segment, gateWord).open();
}

function produceSync(context: ThreadContext): void {
  new ItemQueue(context.segment, size).putSync(context.thread, 0);
  countPut(context);
}

async function produce(context: ThreadContext): Promise<void> {
  await new ItemQueue(context.segment, size).put(context.thread, 0);
  countPut(context);
}

const isAllPut = ({ segment }: ThreadContext) => Atomics.load(segment.words, putsWord) === producers.length;

function consume({ segment, log }: ThreadContext): void {
  const queue = new ItemQueue(segment, size);
  for (let got = 0; got < producers.length; got++) log(queue.getSync());
}

/** Takes two items, then blocks until both items are put. */
export function consumeThenBlock(context: ThreadContext): void {
  consume(context);
  new Gate(context.segment, gateWord).waitSync(() => isAllPut(context), Number.POSITIVE_INFINITY);
}

/** Takes two items, then awaits that both items are put. */
export async function consumeThenWait(context: ThreadContext): Promise<void> {
  consume(context);
  await new Gate(context.segment, gateWord).wait(() => isAllPut(context));
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

/** A full queue of 100 items, two producers that wait for room, and a consumer. */
export const largeQueue = (consumer: Program["threads"][number]): Program => ({
  byteLength: (gateWord + 1) * 4,
  threads: [produceSync, produce, consumer],
  prepare: fill,
  check,
  nameOf: (word) => ({ [putsWord]: "puts", [gateWord]: "gate of puts" })[word] ?? nameRingWord(word),
});

/** The consumer takes two items and ends. */
export const program = largeQueue(consume);
