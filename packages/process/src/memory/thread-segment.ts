import { NotShareableError } from "../base/errors.ts";
import type { Reach } from "../base/shareable.ts";
import type { Body, Segment, SegmentHandle } from "./segment.ts";
import { openThreadTable, type ThreadTable, threadIdOf, threadTable } from "./thread-registry.ts";

/** A segment that the threads of this process see: a SharedArrayBuffer. */
export class ThreadSegment implements Segment {
  readonly reach = "thread";
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly me: number;
  // A forked process has a copy of this memory.
  readonly heir = 0;
  readonly #table: ThreadTable;

  constructor(memory: SharedArrayBuffer, table: ThreadTable) {
    this.words = new Int32Array(memory);
    this.bytes = new Uint8Array(memory);
    this.me = table.me;
    this.#table = table;
  }

  isAlive(id: number): boolean {
    return this.#table.tenants.isAlive(id);
  }

  describe(id: number): string {
    const threadId = threadIdOf(this.#table.tenants, id);
    return threadId === undefined ? "a thread that has ended" : `thread ${threadId}`;
  }

  sleep(word: number, value: number, timeoutMs: number): void {
    Atomics.wait(this.words, word, value, timeoutMs);
  }

  wake(word: number): void {
    Atomics.notify(this.words, word);
  }

  watch(word: number, value: number, woken: () => void): () => void {
    let cancelled = false;
    const waiting = Atomics.waitAsync(this.words, word, value);
    void Promise.resolve(waiting.value).then(() => {
      if (!cancelled) woken();
    });
    return () => {
      cancelled = true;
      // V8 keeps who waits until it is woken, and with it this memory.
      if (waiting.async) Atomics.notify(this.words, word);
    };
  }

  // Nothing to do: the system gives this process memory as it is touched.
  reserve(): void {}

  handle(reach: Reach, what: string, line: string): SegmentHandle {
    if (reach === "process") {
      throw new NotShareableError(
        `Cannot send a ${what} to another process, nor through a queue or a pipe: its memory crosses as an argument of a ` +
          `thread only; write ${line}, which goes anywhere, or start the child with startMethod "thread"`,
      );
    }
    return { body: "thread", memory: this.words.buffer as SharedArrayBuffer, tenants: this.#table.memory };
  }
}

/** Segments in the memory of this process, which its threads share. */
export const threadBody: Body = {
  reach: "thread",
  allocate: (byteLength) => new ThreadSegment(new SharedArrayBuffer(Math.ceil(byteLength / 4) * 4), threadTable()),
};

/** Opens a segment that another thread sent. */
export function openThreadSegment(handle: SegmentHandle & { body: "thread" }): ThreadSegment {
  return new ThreadSegment(handle.memory, openThreadTable(handle.tenants));
}
