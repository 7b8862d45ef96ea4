import { NotShareableError } from "../base/errors.ts";
import type { Reach } from "../base/shareable.ts";
import type { Segment, SegmentAllocator, SegmentHandle } from "./segment.ts";
import { workerThreadName } from "./system-thread.ts";
import { openThreadTable, type ThreadTable, threadIdOf, threadTable } from "./thread-table.ts";

/** A segment for the threads of this process: a SharedArrayBuffer. */
export class ThreadSegment implements Segment {
  readonly reach = "thread";
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly selfId: number;
  // A forked process has a copy of this memory.
  readonly childId = 0;
  readonly #table: ThreadTable;

  constructor(memory: SharedArrayBuffer, table: ThreadTable) {
    this.words = new Int32Array(memory);
    this.bytes = new Uint8Array(memory);
    this.selfId = table.selfId;
    this.#table = table;
  }

  get memory(): SharedArrayBuffer {
    return this.words.buffer as SharedArrayBuffer;
  }

  isAlive(id: number): boolean {
    return this.#table.participants.isAlive(id);
  }

  participantName(id: number): string {
    const threadId = threadIdOf(this.#table.participants, id);
    return threadId === undefined ? "a thread that has ended" : `thread ${threadId}`;
  }

  // The table has no list for each segment: all threads of the program that share any memory count.
  participants(): string[] {
    return [...this.#table.participants.all()].map(({ thread }) => workerThreadName(process.pid, thread.id - 1));
  }

  sleep(word: number, value: number, timeoutMs: number): void {
    Atomics.wait(this.words, word, value, timeoutMs);
  }

  // V8 wakes sleepers and watches in the order in which they began to wait.
  wakeOne(word: number): void {
    Atomics.notify(this.words, word, 1);
  }

  wakeAll(word: number): boolean {
    return Atomics.notify(this.words, word) > 0;
  }

  watch(word: number, value: number, onWake: () => void): () => void {
    let cancelled = false;
    const waiting = Atomics.waitAsync(this.words, word, value);
    // V8 keeps a waiter, and with it this memory, until the waiter is woken. This also passes on a wake-up that the
    // watch has taken.
    const notify = () => Atomics.notify(this.words, word);
    if (waiting.async) notifyAtExit(notify);
    void Promise.resolve(waiting.value).then(() => {
      atExit.delete(notify);
      if (!cancelled) onWake();
    });
    return () => {
      cancelled = true;
      if (waiting.async) notify();
    };
  }

  // Does nothing: the system allocates memory of this process when it is first touched.
  reserve(): void {}

  handle(reach: Reach, className: string, processVariant: string): SegmentHandle {
    if (reach === "process") {
      throw new NotShareableError(
        `Cannot send a ${className} to another process, nor through a queue or a pipe of processes: its memory is ` +
          `shared by threads only; ${processVariant}, which every child can receive, or start the child with startMethod "thread"`,
      );
    }
    return { reach: "thread", memory: this.words.buffer as SharedArrayBuffer, table: this.#table.memory };
  }
}

/** What passes on the wake-ups that the watches of this thread have taken. */
const atExit = new Set<() => void>();
let hasExitListener = false;

function notifyAtExit(notify: () => void): void {
  atExit.add(notify);
  if (hasExitListener) return;
  hasExitListener = true;
  process.once("exit", () => {
    for (const each of atExit) each();
  });
}

/** Makes segments in the memory of this process, which its threads share. */
export const threadAllocator: SegmentAllocator = {
  reach: "thread",
  allocate: (byteLength) => new ThreadSegment(new SharedArrayBuffer(Math.ceil(byteLength / 4) * 4), threadTable()),
};

/** Opens a segment that another thread sent. */
export function openThreadSegment(handle: SegmentHandle & { reach: "thread" }): ThreadSegment {
  return new ThreadSegment(handle.memory, openThreadTable(handle.table));
}
