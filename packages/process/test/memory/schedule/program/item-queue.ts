import { RecordRing } from "../../../../src/connection/record-ring.ts";
import type { ParticipantTable } from "../../../../src/memory/participant-table.ts";
import { Ring, type RingSize } from "../../../../src/memory/ring.ts";
import type { Segment } from "../../../../src/memory/segment.ts";
import { ThreadSegment } from "../../../../src/memory/thread-segment.ts";
import { BacklogTable } from "../../../../src/queue/backlog-table.ts";
import { Outbox } from "../../../../src/queue/outbox.ts";

/** The ring's first word. A program's own words follow the ring. */
const ringAt = 0;

const backlogAt = (size: RingSize): number => Math.ceil(Ring.byteLength(size) / 64) * 16;

/** How many words a program with such a ring and its backlog table needs before its own. */
export const wordsOf = (size: RingSize): number => backlogAt(size) + BacklogTable.byteLength / 4;

/** The items that producers put are numbered: `producer * 16 + index`. */
export const itemOf = (producer: number, index: number): number => producer * 16 + index;

/** A thread's side of a queue. It puts and gets as `RingQueue` does. */
export class ItemQueue {
  readonly outbox: Outbox;
  readonly #records: RecordRing;
  readonly #backlog: BacklogTable;

  constructor(segment: Segment, size: RingSize) {
    this.#records = new RecordRing(segment, ringAt, size);
    this.#backlog = new BacklogTable(segment, backlogAt(size));
    const subject = { id: "queue", name: "queue" };
    const queue = { backlogEnded() {}, participants: () => [] };
    this.outbox = new Outbox(this.#records, this.#backlog, size.limit !== undefined, "queue", subject, queue);
  }

  putSync(producer: number, index: number): void {
    this.outbox.putSync(this.#pack(producer, index), Number.POSITIVE_INFINITY);
  }

  async put(producer: number, index: number): Promise<void> {
    await this.outbox.put(this.#pack(producer, index), {});
  }

  getSync(): number {
    const got: number[] = [];
    const take = () => {
      this.outbox.flush();
      return this.#take(got);
    };
    if (!take()) this.#records.ring.notEmpty.waitSync(take, Number.POSITIVE_INFINITY);
    return got[0] as number;
  }

  /** Gets all items until the queue is shut down and has none left. */
  *getAllSync(): Generator<number> {
    for (;;) {
      const got: number[] = [];
      const take = () => this.#take(got) || this.#backlog.hasEnded(this.#records);
      if (!take()) this.#records.ring.notEmpty.waitSync(take, Number.POSITIVE_INFINITY);
      if (got.length === 0) return;
      yield got[0] as number;
    }
  }

  shutDown(): void {
    this.#records.ring.shut(1);
  }

  async get(): Promise<number> {
    const got: number[] = [];
    await this.#records.ring.notEmpty.wait(() => this.#take(got));
    return got[0] as number;
  }

  /** Takes what is left in a ring after a schedule. */
  static drain(memory: SharedArrayBuffer, size: RingSize): number[] {
    const participants = { isAlive: () => false } as unknown as ParticipantTable;
    const segment = new ThreadSegment(memory, {
      name: "",
      memory: new SharedArrayBuffer(8),
      participants,
      selfId: 2 ** 20,
    });
    const queue = new ItemQueue(segment, size);
    const items: number[] = [];
    while (queue.#take(items));
    return items;
  }

  #take(into: number[]): boolean {
    const taken = this.#records.tryTake();
    if (taken !== undefined) into.push(taken.bytes[0] as number);
    return taken !== undefined;
  }

  #pack(producer: number, index: number) {
    return this.#records.packBytes(Uint8Array.of(itemOf(producer, index), 0));
  }
}

/** Names the words of a ring in a journal. */
export function nameRingWord(word: number): string {
  const names: Record<number, string> = {
    0: "writers' mutex",
    1: "writers' gate",
    2: "tail",
    3: "state",
    16: "readers' mutex",
    17: "readers' gate",
    18: "head",
    32: "notEmpty gate",
    48: "notFull gate",
  };
  return names[word] ?? `word ${word}`;
}
