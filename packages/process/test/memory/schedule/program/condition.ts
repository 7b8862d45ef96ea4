import { createAt } from "../../../../src/memory/shared-object.ts";
import { Condition } from "../../../../src/sync/condition.ts";
import type { Program, ThreadContext } from "../program.ts";

/** After the Condition: how many items are there. */
const itemsWord = 2048;
const taken = 1;

const open = ({ segment }: ThreadContext) => createAt({ segment, at: 0, isFresh: false }, () => new Condition());
const hasItem = ({ segment }: ThreadContext) => Atomics.load(segment.words, itemsWord) > 0;

function take({ segment, log }: ThreadContext): void {
  Atomics.sub(segment.words, itemsWord, 1);
  log(taken);
}

/** Adds an item for each waiter, and notifies one each time. */
function notifyEach(context: ThreadContext): void {
  const condition = open(context);
  for (let i = 0; i < 2; i++) {
    condition.acquireSync();
    Atomics.add(context.segment.words, itemsWord, 1);
    condition.notify();
    condition.release();
  }
}

function block(context: ThreadContext): void {
  const condition = open(context);
  condition.acquireSync();
  condition.waitForSync(() => hasItem(context));
  take(context);
  condition.release();
}

/** A Condition with two blocked waiters, and a thread that notifies them one by one. */
export const program: Program = {
  byteLength: (itemsWord + 1) * 4,
  threads: [notifyEach, block, block],
  check({ logs, killed }) {
    const late = logs.findIndex((log, thread) => thread > 0 && thread !== killed && log.length === 0);
    return late !== -1 && killed !== 0 ? `thread ${late} sleeps though there is an item for it` : undefined;
  },
  nameOf: (word) => ({ 0: "lock", 1: "gate of the lock", 4: "turn", [itemsWord]: "items" })[word] ?? `word ${word}`,
};
