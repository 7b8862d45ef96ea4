import { type Announcement, readAnnouncement } from "../wire/announcement.ts";

/** The worker programs that announce themselves, as the client knows them, and how many seats they offer together. */
export class KnownWorkers {
  readonly #key: Uint8Array;
  readonly #listeners = new Set<(workers: number) => void>();
  /** `undefined` while it is not known. */
  #capacity: number | undefined;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** Whether the announcements are to be read. */
  get isWanted(): boolean {
    return this.#listeners.size > 0;
  }

  /** See `Engine.onCapacity()`. */
  onCapacity(listener: (workers: number) => void): () => void {
    this.#listeners.add(listener);
    if (this.#capacity !== undefined) listener(this.#capacity);
    return () => this.#listeners.delete(listener);
  }

  /** Takes the announcements that were read, by the ids of the worker programs. */
  update(announced: ReadonlyMap<string, string>): void {
    const workers = [...announced]
      .map(([id, text]) => readAnnouncement(this.#key, id, text))
      .filter((worker): worker is Announcement => worker !== undefined);
    const capacity = workers.reduce((sum, { cores }) => sum + cores, 0);
    if (capacity === this.#capacity) return;
    this.#capacity = capacity;
    for (const listener of this.#listeners) listener(capacity);
  }

  /** Forgets them: the connection is closed. */
  forget(): void {
    this.#capacity = undefined;
  }
}
