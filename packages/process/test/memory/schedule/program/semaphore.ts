import { createAt } from "../../../../src/memory/shared-object.ts";
import { Semaphore } from "../../../../src/sync/semaphore.ts";
import type { Program, ThreadContext } from "../program.ts";

const boundWord = 1;
const waiters = 3;
const acquired = 1;

const open = ({ segment }: ThreadContext) => createAt({ segment, at: 0, isFresh: false }, () => new Semaphore());

/** Releases it for all waiters at once: fewer wake-ups may be given than waiters can continue. */
function release(context: ThreadContext): void {
  const semaphore = open(context);
  for (let i = 0; i < waiters; i++) semaphore.release();
}

function block(context: ThreadContext): void {
  open(context).acquireSync();
  context.log(acquired);
}

/** Its first wait is aborted, perhaps when it was woken already. */
async function abortThenWait(context: ThreadContext): Promise<void> {
  const semaphore = open(context);
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 1);
  const isAcquired = await semaphore.acquire({ signal: controller.signal }).catch(() => false);
  if (!isAcquired) await semaphore.acquire();
  context.log(acquired);
}

/** A semaphore with two blocked waiters and a promise that is aborted and waits again. */
export const program: Program = {
  byteLength: 64,
  threads: [release, block, block, abortThenWait],
  // The timer of the abort.
  longestNapMs: 1,
  prepare(words) {
    words[boundWord] = waiters;
  },
  check({ logs, killed }) {
    const late = logs.findIndex((log, thread) => thread > 0 && thread !== killed && log.length === 0);
    return late !== -1 && killed !== 0 ? `thread ${late} sleeps though the semaphore was released for it` : undefined;
  },
  nameOf: (word) => ["value", "bound", "gate"][word] ?? `word ${word}`,
};
