import { ParticipantTable } from "./participant-table.ts";
import { isRunning, type SystemThread, wasRunning } from "./system-thread.ts";

const magic = 0x4d48_0005;
const slots = 256;
const tableWord = 8;
const reservedWord = 6;
const chunks = 32;
const pageBytes = 4096;

/** How long a mapped file stays. */
export type Lifetime = "while used" | "while owner runs" | "until unlinked";

const lifetimes: readonly Lifetime[] = ["while used", "while owner runs", "until unlinked"];

/**
 * The head of a mapped file, before its memory: which threads use it, and when it may be removed.
 *
 * Shape: 8 words, then a {@link ParticipantTable}; {@link Header.byteLength} bytes in all.
 *   0  magic number and version
 *   1  the owner's process id, 2 its start time, see `ownerProcess`
 *   3  lifetime: 0 until the last participant leaves, 1 until the owner has ended too, 2 until it is unlinked
 *   4  the requested length in bytes; low word, 5 high word
 *   6  reserved chunks: a bit for each 32nd of the file, in whole pages, that has memory; the first in bit 0
 *   7  the PID namespace of the owner, see `pidNamespace`
 */
export class Header {
  static readonly byteLength = 12288;
  readonly participants: ParticipantTable;
  readonly #words: Int32Array;

  constructor(buffer: ArrayBufferLike, byteOffset = 0) {
    this.#words = new Int32Array(buffer, byteOffset, Header.byteLength / 4);
    this.participants = new ParticipantTable(this.#words, tableWord, slots, wasRunning);
  }

  /** Whether the file is a segment of this package. */
  get isValid(): boolean {
    return this.#words[0] === magic;
  }

  get owner(): SystemThread {
    const word = (index: number) => this.#words[index] as number;
    return { id: word(1), start: word(2), namespace: word(7) >>> 0 };
  }

  fill(owner: SystemThread, dataLength: number, lifetime: Lifetime): void {
    this.#words[1] = owner.id;
    this.#words[2] = owner.start;
    this.#words[3] = lifetimes.indexOf(lifetime);
    this.#words[4] = dataLength % 2 ** 30;
    this.#words[5] = Math.floor(dataLength / 2 ** 30);
    this.#words[7] = owner.namespace;
    this.#words[0] = magic;
  }

  get dataLength(): number {
    return (this.#words[4] as number) + (this.#words[5] as number) * 2 ** 30;
  }

  /**
   * Allocates memory for the chunks of a range of the file that have none yet.
   *
   * @param fileLength the length of the file, in bytes.
   * @param allocate allocates the memory of a range, or throws.
   */
  reserve(start: number, end: number, fileLength: number, allocate: (start: number, end: number) => void): void {
    const chunk = Math.ceil(fileLength / chunks / pageBytes) * pageBytes;
    const last = Math.ceil(end / chunk);
    let from = Math.floor(start / chunk);
    for (let i = from; i <= last; i++) {
      const reserved = Atomics.load(this.#words, reservedWord);
      if (i < last && (reserved & (1 << i)) === 0) continue;
      if (from < i) allocate(from * chunk, Math.min(fileLength, i * chunk));
      for (; from < i; from++) Atomics.or(this.#words, reservedWord, 1 << from);
      from = i + 1;
    }
  }

  /**
   * Whether a running thread or process uses the memory, or may still attach to it.
   *
   * @param isCounted whether a thread counts when it runs. Default: all do.
   */
  isInUse(isCounted: (thread: SystemThread) => boolean = () => true): boolean {
    const { owner } = this;
    const lifetime = lifetimes[this.#words[3] as number];
    if (lifetime === "until unlinked") return true;
    const ownerRuns = isCounted(owner) && isRunning(owner);
    if (ownerRuns && (lifetime === "while owner runs" || this.participants.isFilling)) return true;
    for (const { thread, isPlaceholder } of this.participants.all()) {
      if (isPlaceholder ? ownerRuns : isCounted(thread) && isRunning(thread)) return true;
    }
    return false;
  }
}
