import { closeSync, fstatSync, openSync, readdirSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { lifeEvents, type TraceEvent } from "./event.ts";

const bufferBytes = 32 * 1024;
const mib = 2 ** 20;
const leastLimit = mib / 16;

/**
 * The longest file of a process, in bytes, by how many processes recorded before it. The first eight have 8 MiB each,
 * the next sixteen 2 MiB, the next 32 half a MiB: each group has half as much as the one before, all together 128 MiB.
 * Any further process has 64 KiB, for its life.
 */
export function limitFor(earlier: number): number {
  const generation = Math.floor(Math.log2(1 + earlier / 8));
  return Math.max(leastLimit, (8 * mib) / 4 ** generation);
}

/**
 * The file with the events of one process. It is written every 32 KiB and whenever the recorder asks, so that a killed
 * process leaves all but its last events. It is bounded: when it is full, only events of the life of processes are
 * kept, and the others are counted.
 */
export class EventFile {
  readonly #path: string;
  readonly #first: TraceEvent;
  #fd: number | undefined;
  #limit = 0;
  #written = 0;
  #pending = "";
  readonly #dropped: Record<string, number> = {};
  #hasDropped = false;
  /** Whether the file cannot be made, such as in a folder that is gone: the trace of another program was drawn. */
  #isLost = false;

  /** @param first the event that opens the file, before any other. */
  constructor(path: string, first: TraceEvent) {
    this.#path = path;
    this.#first = first;
  }

  add(event: TraceEvent): void {
    const line = `${JSON.stringify(event)}\n`;
    this.open();
    if (this.#isLost) return;
    const isFull = this.#written + this.#pending.length + line.length > this.#limit;
    // Half of the last 64 KiB are kept for the life of processes.
    const isOver = this.#written + this.#pending.length + line.length > this.#limit + leastLimit / 2;
    if (isFull && (isOver || !lifeEvents.has(event[0]))) {
      this.#dropped[event[0]] = (this.#dropped[event[0]] ?? 0) + 1;
      this.#hasDropped = true;
      return;
    }
    this.#pending += line;
    if (this.#pending.length >= bufferBytes) this.flush();
  }

  /** Writes what is pending. An error, such as a full disk, ends the file. */
  flush(): void {
    if (this.#pending === "" || this.#fd === undefined) return;
    const text = this.#pending;
    this.#pending = "";
    this.#written += text.length;
    this.#write(text);
  }

  /** Writes what is pending, and how many events were left out. */
  close(at: number): void {
    this.flush();
    if (this.#hasDropped) this.#write(`${JSON.stringify(["dropped", at, this.#dropped] satisfies TraceEvent)}\n`);
    this.#hasDropped = false;
  }

  /** Forgets the file without a write, in a fork of the process that it is of. */
  abandon(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
    this.#pending = "";
  }

  /** Makes the file; otherwise the first event that is added does. An error loses the file. Idempotent. */
  open(): void {
    if (this.#fd !== undefined || this.#isLost) return;
    let earlier: number;
    try {
      this.#fd = openSync(this.#path, "a", 0o600);
      earlier = fstatSync(this.#fd).size > 0 ? 0 : readdirSync(dirname(this.#path)).length - 2;
    } catch {
      this.#isLost = true;
      return;
    }
    this.#limit = limitFor(Math.max(0, earlier)) - leastLimit / 2;
    this.#pending = `${JSON.stringify(this.#first)}\n`;
    this.flush();
  }

  #write(text: string): void {
    if (this.#fd === undefined) return;
    try {
      writeSync(this.#fd, text);
    } catch {
      this.#limit = 0;
    }
  }
}
