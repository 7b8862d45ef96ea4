import { basename } from "node:path";
import { addRollback } from "../base/send-rollback.ts";
import { type Attachment, attach, detach, forgetAttachment, setUpCleanup } from "./attachment.ts";
import { freshPath, readFileName } from "./file-path.ts";
import { Header, type Lifetime } from "./header.ts";
import { createMapped, foreignFileError, type Mapping, openMapped, reserveMapped } from "./mapped-file.ts";
import { type Futex, memoryCalls } from "./memory-calls.ts";
import { inheritOwner, ownerProcess } from "./owner-process.ts";
import type { Segment, SegmentAllocator, SegmentHandle } from "./segment.ts";
import { systemThreadName, thisThread } from "./system-thread.ts";
import { WordWatches } from "./word-watches.ts";

const openSegments = new Map<string, WeakRef<MappedSegment>>();
const detachWhenCollected = new FinalizationRegistry((attachment: Attachment) => detach(attachment));

/** A segment for the threads of several processes: a mapped file in memory, with futexes. */
export class MappedSegment implements Segment {
  readonly reach = "process";
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly #attachment: Attachment;
  readonly #address: bigint;
  readonly #fileLength: number;
  readonly #futex: Futex | undefined = memoryCalls().futex;
  readonly #watches: WordWatches;

  constructor(mapping: Mapping, attachment: Attachment) {
    this.#address = mapping.address + BigInt(Header.byteLength);
    this.#fileLength = mapping.buffer.byteLength;
    const byteLength = this.#fileLength - Header.byteLength;
    this.words = new Int32Array(mapping.buffer, Header.byteLength, byteLength / 4);
    this.bytes = new Uint8Array(mapping.buffer, Header.byteLength, attachment.header.dataLength);
    this.#attachment = attachment;
    const { participants } = attachment.header;
    const passOn = (word: number) => this.wakeOne(word);
    this.#watches = new WordWatches(this.words, participants, () => attachment.selfId, passOn);
    detachWhenCollected.register(this, attachment, this);
  }

  get selfId(): number {
    return this.#attachment.selfId;
  }

  get childId(): number {
    return this.#attachment.childId;
  }

  /** The path of its file. */
  get path(): string {
    return this.#attachment.path;
  }

  get memory(): string {
    return this.path;
  }

  isAlive(id: number): boolean {
    return this.#attachment.header.participants.isAlive(id);
  }

  participantName(id: number): string {
    const participant = this.#attachment.header.participants.read(id);
    return participant === undefined ? "a process that has ended" : `process ${participant.thread.id}`;
  }

  participants(): string[] {
    const { participants } = this.#attachment.header;
    return [...participants.all()]
      .filter(({ id }) => participants.isAlive(id))
      .map(({ id, thread, isPlaceholder }) => (isPlaceholder ? `receiver ${id}` : systemThreadName(thread)));
  }

  sleep(word: number, value: number, timeoutMs: number): void {
    if (this.#futex === undefined) pollUntilChanged(this.words, word, value, timeoutMs);
    else if (isWorker()) this.#sleepInWorker(this.#futex, word, value, timeoutMs);
    else this.#futex.wait(this.#address + BigInt(word * 4), value, timeoutMs);
  }

  // In a worker thread, `terminate()` takes effect when the system call returns.
  #sleepInWorker(futex: Futex, word: number, value: number, timeoutMs: number): void {
    const deadline = performance.now() + timeoutMs;
    let napMs = shortestWorkerNapMs;
    for (let left = timeoutMs; left > 0; left = deadline - performance.now()) {
      futex.wait(this.#address + BigInt(word * 4), value, Math.min(left, napMs));
      // Each wake-up changes the word.
      if (Atomics.load(this.words, word) !== value) return;
      napMs = Math.min(napMs * 2, longestWorkerNapMs);
    }
  }

  wakeOne(word: number): void {
    // Blocked threads and event loops take turns: this bit of the gate's word changes with each wake-up.
    const isLoopsTurn = (Atomics.load(this.words, word) & 2) !== 0;
    if (isLoopsTurn && this.#watches.wakeOne(word)) return;
    if (this.#wakeSleepers(word, 1) || isLoopsTurn) return;
    this.#watches.wakeOne(word);
  }

  wakeAll(word: number): boolean {
    const hasWokenSleepers = this.#wakeSleepers(word, allSleepers);
    return this.#watches.wakeAll(word) || hasWokenSleepers;
  }

  #wakeSleepers(word: number, most: number): boolean {
    return this.#futex !== undefined && this.#futex.wake(this.#address + BigInt(word * 4), most) > 0;
  }

  watch(word: number, value: number, onWake: () => void): () => void {
    const cancel = this.#watches.add(word, value, onWake);
    if (Atomics.load(this.words, word) === value) return cancel;
    // The word changed, perhaps before the watch was there: then the thread that changed it does not ring the bell.
    cancel();
    let cancelled = false;
    setImmediate(() => {
      if (!cancelled) onWake();
    });
    return () => {
      cancelled = true;
    };
  }

  reserve(byteOffset: number, byteLength: number): void {
    const { header, path } = this.#attachment;
    const start = Header.byteLength + byteOffset;
    header.reserve(start, start + byteLength, this.#fileLength, (from, to) => reserveMapped(path, from, to));
  }

  handle(): SegmentHandle {
    // A placeholder keeps the file until the receiver attaches, even when all participants have left by then.
    const { participants } = this.#attachment.header;
    const placeholder = participants.claim(thisThread(), "placeholder");
    // The closure does not refer to this segment, so that the segment can be collected first.
    addRollback(() => participants.release(placeholder));
    return { reach: "process", path: this.path, placeholder };
  }

  /** Releases the placeholder that kept the file until this thread attached. */
  releasePlaceholder(placeholder: number): void {
    this.#attachment.header.participants.release(placeholder);
  }

  /**
   * Ends this thread's use of the segment. The last participant removes the file. The memory stays mapped until its
   * last view is collected.
   */
  close(): void {
    if (openSegments.get(this.path)?.deref() === this) openSegments.delete(this.path);
    detachWhenCollected.unregister(this);
    detach(this.#attachment);
  }
}

const allSleepers = 0x7fff_ffff;

/** How long a blocked worker thread is in one system call, in milliseconds. The time doubles while it sleeps. */
const shortestWorkerNapMs = 50;
const longestWorkerNapMs = 400;

let isWorkerThread: boolean | undefined;

function isWorker(): boolean {
  isWorkerThread ??= !process.getBuiltinModule("node:worker_threads").isMainThread;
  return isWorkerThread;
}

/** Makes segments in mapped files, which threads, spawned and forked processes share. */
export const processAllocator: SegmentAllocator = {
  reach: "process",
  allocate: (byteLength, reserved) =>
    rememberOpen(createMappedSegment(freshPath("segment", ownerProcess()), byteLength, { reserved })),
};

/**
 * Makes a segment at a path.
 *
 * @param options.lifetime how long the file stays. Default: while it is used.
 * @param options.reserved as of {@link SegmentAllocator.allocate}.
 * @throws {FileExistsError} when the file exists; {RangeError} when there is not enough memory.
 */
export function createMappedSegment(
  path: string,
  byteLength: number,
  {
    lifetime = "while used",
    reserved = byteLength,
  }: { readonly lifetime?: Lifetime; readonly reserved?: number | undefined } = {},
): MappedSegment {
  setUpCleanup();
  let attachment: Attachment | undefined;
  try {
    const mapping = createMapped(path, Header.byteLength + Math.ceil(byteLength / 4) * 4, ({ buffer }, allocate) => {
      allocate(0, Header.byteLength);
      const header = new Header(buffer);
      header.fill(ownerProcess(), byteLength, lifetime);
      header.reserve(0, Header.byteLength + reserved, buffer.byteLength, allocate);
      // Attaches before the file has its name: another process sweeps a file without participants.
      attachment = attach(path, header);
    });
    return new MappedSegment(mapping, attachment as Attachment);
  } catch (error) {
    if (attachment !== undefined) forgetAttachment(attachment);
    throw error;
  }
}

/**
 * Opens the segment of a handle. Returns the same object while this thread has it.
 *
 * @throws {FileNotFoundError} when its file was removed.
 */
export function openMappedSegment({ path, placeholder }: SegmentHandle & { reach: "process" }): MappedSegment {
  const isSegment = typeof path === "string" && readFileName(basename(path)) !== undefined;
  if (!isSegment) throw new TypeError(`Cannot attach to ${String(path)}: it is not a file of shared memory`);
  const segment = openSegments.get(path)?.deref() ?? rememberOpen(attachMappedSegment(path));
  segment.releasePlaceholder(placeholder);
  return segment;
}

/**
 * Maps the segment at a path.
 *
 * @throws {FileNotFoundError} when there is no such file.
 */
export function attachMappedSegment(path: string): MappedSegment {
  setUpCleanup();
  const mapping = openMapped(path, Header.byteLength);
  const header = new Header(mapping.buffer);
  if (!header.isValid || Header.byteLength + header.dataLength > mapping.buffer.byteLength)
    throw foreignFileError(path);
  inheritOwner(header.owner);
  return new MappedSegment(mapping, attach(path, header));
}

function rememberOpen(segment: MappedSegment): MappedSegment {
  openSegments.set(segment.path, new WeakRef(segment));
  return segment;
}

// Replaces futexes where there are none: checks the word after increasing sleeps, up to 10 ms.
function pollUntilChanged(words: Int32Array, word: number, value: number, timeoutMs: number): void {
  const nowhere = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + timeoutMs;
  for (let napMs = 0.1; Atomics.load(words, word) === value; napMs = Math.min(napMs * 2, 10)) {
    const left = deadline - performance.now();
    if (left <= 0) return;
    Atomics.wait(nowhere, 0, 0, Math.min(napMs, left));
  }
}
