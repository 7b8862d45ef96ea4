import { QueueEmptyError } from "../../base/errors.ts";
import { Label } from "../../base/label.ts";
import { createAnonymousSegment } from "../../memory/anonymous-segment.ts";
import { createAt, type SharedObject } from "../../memory/shared-object.ts";
import type { Queue } from "../../queue/queue.ts";
import type { Condition } from "../../sync/condition.ts";
import type { Lock } from "../../sync/lock.ts";
import type { Semaphore } from "../../sync/semaphore.ts";

/** Classes of the package's index. An import of them here would divide the index into more files. */
interface SharedClasses {
  readonly Queue: typeof Queue;
  readonly Condition: typeof Condition;
  readonly Lock: typeof Lock;
  readonly Semaphore: typeof Semaphore;
}

/**
 * How often each operation runs: so often that V8 has baseline code of it, and knows the types that it meets. Each
 * child would soon optimise code that has run more often, which takes longer than a short child runs.
 */
const times = 40;
/** One in so many operations sleeps. */
const sleepsEvery = 8;
const short = { timeoutMs: 0.01 };
/** The memory for each of the small objects, in bytes. The queue is the last and has the rest. */
const smallBytes = 2 ** 14;
const allBytes = 2 ** 22;

/**
 * Uses queues, locks and what else waits in memory of processes. V8 compiles this code in memory that all children of
 * the fork server share, so that a child's first waits and puts take a third of the processor time.
 *
 * The objects are in memory without a file, and their names take no number of a program's objects. The Condition has a
 * Lock: with an RLock, Node would track the async context of all children.
 */
export function warmUpSharedObjects({ Queue, Condition, Lock, Semaphore }: SharedClasses): void {
  const segment = createAnonymousSegment(allBytes);
  let next = 0;
  const make = <T extends SharedObject>(construct: () => T): T => {
    const at = next;
    next += smallBytes / 4;
    return createAt({ segment, at, isFresh: true }, construct, new Label("", ["", "warm-up"]));
  };
  const lock = make(() => new Lock());
  const semaphore = make(() => new Semaphore(1));
  const condition = make(() => new Condition(lock));
  const queue = make(() => new Queue<unknown>(times));

  for (let i = 0; i < times; i++) {
    const sleeps = i % sleepsEvery === 0;
    lock.acquireSync();
    condition.notify();
    if (sleeps) condition.waitSync(short);
    lock.release();
    semaphore.acquireSync();
    if (sleeps) semaphore.acquireSync(short);
    semaphore.release();
    queue.putSync(i % 2 === 0 ? i : ["a value", i]);
    queue.getSync();
  }
  // Once: it spins first.
  expectEmpty(queue);
  queue.close();
}

function expectEmpty(queue: Queue): void {
  try {
    queue.getSync(short);
  } catch (error) {
    if (!(error instanceof QueueEmptyError)) throw error;
  }
}
