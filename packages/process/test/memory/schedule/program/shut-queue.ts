import type { Program, ThreadContext } from "../program.ts";
import { ItemQueue, nameRingWord, wordsOf } from "./item-queue.ts";

const size = { records: 2, bytes: 256 };
const counts = [3, 1];

/** Logs the items that were accepted, as the consumers log those that they get. */
function produce({ thread, segment, log }: ThreadContext): void {
  const queue = new ItemQueue(segment, size);
  for (let index = 0; index < (counts[thread] as number); index++) {
    try {
      queue.putSync(thread, index);
    } catch {
      break;
    }
    log(thread * 16 + index);
  }
  queue.outbox.flushSync(Number.POSITIVE_INFINITY);
  if (thread === 1) queue.shutDown();
}

function consume({ segment, log }: ThreadContext): void {
  for (const item of new ItemQueue(segment, size).getAllSync()) log(item);
}

/** A producer that keeps an item for want of space, another one that shuts the queue down, and two consumers. */
export const program: Program = {
  byteLength: wordsOf(size) * 4,
  threads: [produce, produce, consume, consume],
  check({ logs, killed }) {
    const [accepted, got] = [logs.slice(0, 2).flat().sort(), logs.slice(2).flat().sort()];
    const missing = accepted.filter((item) => !got.includes(item));
    const wrong = `accepted: ${accepted}; got: ${got}`;
    if (new Set(got).size !== got.length) return `an item was got twice; ${wrong}`;
    const mayBeLost = (item: number) => killed !== undefined && (killed >= 2 || item >> 4 === killed);
    return missing.some((item) => !mayBeLost(item)) ? `an item was lost; ${wrong}` : undefined;
  },
  nameOf: nameRingWord,
};
