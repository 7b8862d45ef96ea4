import { isRunning, type Task } from "./system-task.ts";
import { Tenants } from "./tenants.ts";

const mark = 0x4d48_0001;
const slots = 256;
const tableWord = 8;
const reservedWord = 6;
const chunks = 32;
const pageBytes = 4096;

/** How long a mapped file stays. */
export type Keep = "while used" | "with family" | "until unlinked";

const keeps: readonly Keep[] = ["while used", "with family", "until unlinked"];

/**
 * What stands before the memory of a mapped file: who uses it, and when it may go.
 *
 * Shape: 8 words, then {@link Tenants}; {@link Header.byteLength} bytes in all.
 *   0  mark and version
 *   1  the family's task number, 2 when it began, see `family`
 *   3  how long the file stays: 0 until its last user leaves, 1 until its family has ended, 2 until it is unlinked
 *   4  the length that was asked for, in bytes; low word, 5 high word
 *   6  which 32nds of the file, in whole pages, have their memory; one bit each, the first in bit 0
 */
export class Header {
  static readonly byteLength = 8192;
  readonly tenants: Tenants;
  readonly #words: Int32Array;

  constructor(buffer: ArrayBufferLike, byteOffset = 0) {
    this.#words = new Int32Array(buffer, byteOffset, Header.byteLength / 4);
    this.tenants = new Tenants(this.#words, tableWord, slots, isRunning);
  }

  /** Whether a file is one of ours. */
  get isValid(): boolean {
    return this.#words[0] === mark;
  }

  get family(): Task {
    return { id: this.#words[1] as number, start: this.#words[2] as number };
  }

  fill(family: Task, dataLength: number, keep: Keep): void {
    this.#words[1] = family.id;
    this.#words[2] = family.start;
    this.#words[3] = keeps.indexOf(keep);
    this.#words[4] = dataLength % 2 ** 30;
    this.#words[5] = Math.floor(dataLength / 2 ** 30);
    this.#words[0] = mark;
  }

  get dataLength(): number {
    return (this.#words[4] as number) + (this.#words[5] as number) * 2 ** 30;
  }

  /**
   * Has memory given to those parts of a range of the file that have none yet.
   *
   * @param fileLength how long the file is, in bytes.
   * @param give gives a range its memory, or throws.
   */
  reserve(start: number, end: number, fileLength: number, give: (start: number, end: number) => void): void {
    const chunk = Math.ceil(fileLength / chunks / pageBytes) * pageBytes;
    const last = Math.ceil(end / chunk);
    let from = Math.floor(start / chunk);
    for (let i = from; i <= last; i++) {
      const reserved = Atomics.load(this.#words, reservedWord);
      if (i < last && (reserved & (1 << i)) === 0) continue;
      if (from < i) give(from * chunk, Math.min(fileLength, i * chunk));
      for (; from < i; from++) Atomics.or(this.#words, reservedWord, 1 << from);
      from = i + 1;
    }
  }

  /**
   * Whether somebody uses the memory, or may still come to.
   *
   * @param counts whether a running task counts. Default: each does.
   */
  isInUse(counts: (task: Task) => boolean = () => true): boolean {
    const { family } = this;
    const keep = keeps[this.#words[3] as number];
    if (keep === "until unlinked") return true;
    const familyRuns = counts(family) && isRunning(family.id, family.start);
    if (familyRuns && (keep === "with family" || this.tenants.isFilling)) return true;
    for (const { task, start, isTicket } of this.tenants.all()) {
      if (isTicket ? familyRuns : counts({ id: task, start }) && isRunning(task, start)) return true;
    }
    return false;
  }
}
