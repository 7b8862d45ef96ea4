import type { RingSize } from "../../../../src/memory/ring.ts";
import type { Outcome } from "../program.ts";
import { ItemQueue, itemOf } from "./item-queue.ts";

/**
 * Returns what is wrong with the items of a queue after a schedule: one is missing, is there twice, or comes before
 * an earlier one of its producer. What a killed thread had in its hand may be missing: the items of a producer that
 * it had not written, and one item that a consumer had taken and not logged.
 *
 * Consumers log the items that they get; producers log how many of theirs were surely in the ring or beyond.
 *
 * @param counts how many items each thread puts; 0 for the consumers.
 */
export function checkItems(outcome: Outcome, counts: readonly number[], size: RingSize): string | undefined {
  const { logs, killed, asleep, memory } = outcome;
  const left = ItemQueue.drain(memory, size);
  const consumers = counts.flatMap((count, thread) => (count === 0 ? [thread] : []));
  const isWaiting = consumers.some((consumer) => consumer !== killed && asleep.includes(consumer));
  const wasConsumerKilled = killed !== undefined && consumers.includes(killed);
  const all = [...consumers.flatMap((consumer) => logs[consumer] as readonly number[]), ...left];
  const wrong = (what: string) => `${what}; logged: ${JSON.stringify(logs)}, left in the ring: ${JSON.stringify(left)}`;

  if (isWaiting && left.length > 0) return wrong("a consumer sleeps while items are left");
  if (new Set(all).size !== all.length) return wrong("an item is there twice");
  let inHand = wasConsumerKilled ? 1 : 0;
  for (const [producer, count] of counts.entries()) {
    if (count === 0) continue;
    const own = Array.from({ length: count }, (_, index) => itemOf(producer, index));
    for (const list of [...consumers.map((consumer) => logs[consumer] as readonly number[]), left]) {
      const items = list.filter((item) => own.includes(item));
      if (items.some((item, i) => i > 0 && item < (items[i - 1] as number))) return wrong("items are out of order");
    }
    const last = own.findLastIndex((item) => all.includes(item));
    const holes = own.slice(0, Math.max(0, last)).filter((item) => !all.includes(item)).length;
    const unwritten = count - 1 - last;
    inHand -= holes;
    if (inHand < 0) return wrong(`an item of thread ${producer} is missing`);
    const sure = Math.max(0, ...(logs[producer] as readonly number[]));
    if (producer === killed) {
      if (last + 1 < sure) return wrong(`an item is missing that thread ${producer} had written before it was killed`);
    } else if (unwritten > 0 && !(wasConsumerKilled && !isWaiting)) {
      inHand -= unwritten;
      if (inHand < 0) return wrong(`the last ${unwritten} items of thread ${producer} are missing`);
    }
  }
  return undefined;
}
