import { type Announcement, readAnnouncement } from "../wire/announcement.ts";
import type { RefusalNotice } from "../wire/refusal-notice.ts";

/**
 * The worker programs of a cluster as a client knows them: how many seats they offer together, and which of them do not
 * serve it. What the user should know is emitted as a warning, once.
 */
export class KnownWorkers {
  readonly #key: Uint8Array;
  /** The place of the cluster, for messages. */
  readonly #place: string;
  readonly #listeners = new Set<(workers: number) => void>();
  /** Those that announce themselves and have the key. */
  #workers: readonly Announcement[] = [];
  /** How many announce themselves with another key. */
  #strangers = 0;
  /** Why worker programs refuse seats, by their ids. */
  readonly #refusals = new Map<string, RefusalNotice>();
  readonly #warned = new Set<string>();
  /** `undefined` while it is not known. */
  #capacity: number | undefined;

  constructor(key: Uint8Array, place: string) {
    this.#key = key;
    this.#place = place;
  }

  /** Whether a listener needs the announcements. */
  get isWanted(): boolean {
    return this.#listeners.size > 0;
  }

  /** Why none of them serves this program; `undefined` when one may, or there is none. */
  get refusal(): string | undefined {
    const refusals = this.#workers.map(({ worker }) => this.#refusals.get(worker));
    if (refusals.length === 0) return this.#strangers === 0 ? undefined : describeStrangers(this.#strangers);
    if (refusals.includes(undefined)) return undefined;
    const [{ host, reason }] = refusals as [RefusalNotice];
    return `the one on ${host}: ${reason}`;
  }

  /** See `Engine.onCapacity()`. */
  onCapacity(listener: (workers: number) => void): () => void {
    this.#listeners.add(listener);
    if (this.#capacity !== undefined) listener(this.#capacity);
    return () => this.#listeners.delete(listener);
  }

  /** Takes the announcements that were read, by the ids of the worker programs. */
  update(announced: ReadonlyMap<string, string>): void {
    this.#workers = [...announced]
      .map(([id, text]) => readAnnouncement(this.#key, id, text))
      .filter((worker): worker is Announcement => worker !== undefined);
    this.#strangers = announced.size - this.#workers.length;
    if (this.#strangers > 0) this.#warn("strangers", describeStrangers(this.#strangers));
    for (const id of this.#refusals.keys()) if (!announced.has(id)) this.#refusals.delete(id);
    this.#publishCapacity();
  }

  /** A worker program leaves a seat of this program to others. */
  refused(notice: RefusalNotice): void {
    this.#refusals.set(notice.worker, notice);
    this.warn(`a worker program on ${notice.host} does not serve this program: ${notice.reason}`);
    this.#publishCapacity();
  }

  /** A worker program has taken a seat. */
  served(worker: string): void {
    if (this.#refusals.delete(worker)) this.#publishCapacity();
  }

  /** Emits a warning, once. */
  warn(text: string): void {
    this.#warn(text, text);
  }

  /** Forgets them: the connection is closed. */
  forget(): void {
    this.#workers = [];
    this.#strangers = 0;
    this.#refusals.clear();
    this.#capacity = undefined;
  }

  #warn(topic: string, text: string): void {
    if (this.#warned.has(topic)) return;
    this.#warned.add(topic);
    process.emitWarning(`${this.#place}: ${text}`, "ClusterWarning");
  }

  #publishCapacity(): void {
    const serving = this.#workers.filter(({ worker }) => !this.#refusals.has(worker));
    const capacity = serving.reduce((sum, { cores }) => sum + cores, 0);
    if (capacity === this.#capacity) return;
    this.#capacity = capacity;
    for (const listener of this.#listeners) listener(capacity);
  }
}

function describeStrangers(count: number): string {
  return `${count} of its worker programs ${count === 1 ? "has" : "have"} another authKey; give both sides the same`;
}
