import { keptForReceiver } from "../base/crossing.ts";
import { ring, watchBell } from "./bell.ts";
import { family, freshPath, joinFamily } from "./directory.ts";
import { Header, type Keep } from "./header.ts";
import { createMapped, type Mapping, notOurs, openMapped, reserveMapped } from "./mapped-file.ts";
import { type Futex, libc } from "./memory-calls.ts";
import type { Body, Segment, SegmentHandle } from "./segment.ts";
import { thisTask } from "./system-task.ts";
import { beginTenancies, enter, forget, leave, type Tenancy } from "./tenancy.ts";

const open = new Map<string, WeakRef<MappedSegment>>();
const collected = new FinalizationRegistry((tenancy: Tenancy) => leave(tenancy));

/** A segment that other processes see, and their threads: a file in memory, mapped, with the kernel's futexes. */
export class MappedSegment implements Segment {
  readonly reach = "process";
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  readonly #tenancy: Tenancy;
  readonly #address: bigint;
  readonly #fileLength: number;
  readonly #futex: Futex | undefined = libc().futex;

  constructor(mapping: Mapping, tenancy: Tenancy) {
    this.#address = mapping.address + BigInt(Header.byteLength);
    this.#fileLength = mapping.buffer.byteLength;
    const byteLength = this.#fileLength - Header.byteLength;
    this.words = new Int32Array(mapping.buffer, Header.byteLength, byteLength / 4);
    this.bytes = new Uint8Array(mapping.buffer, Header.byteLength, tenancy.header.dataLength);
    this.#tenancy = tenancy;
    collected.register(this, tenancy, this);
  }

  get me(): number {
    return this.#tenancy.me;
  }

  get heir(): number {
    return this.#tenancy.heir;
  }

  /** Where the file is. */
  get path(): string {
    return this.#tenancy.path;
  }

  isAlive(id: number): boolean {
    return this.#tenancy.header.tenants.isAlive(id);
  }

  describe(id: number): string {
    const tenant = this.#tenancy.header.tenants.read(id);
    return tenant === undefined ? "a process that has ended" : `process ${tenant.task}`;
  }

  sleep(word: number, value: number, timeoutMs: number): void {
    if (this.#futex === undefined) doze(this.words, word, value, timeoutMs);
    else this.#futex.wait(this.#address + BigInt(word * 4), value, timeoutMs);
  }

  wake(word: number): void {
    this.#futex?.wake(this.#address + BigInt(word * 4));
    for (const { task, start } of this.#tenancy.header.tenants.takeBells(word)) ring({ id: task, start });
  }

  watch(word: number, value: number, woken: () => void): () => void {
    const cancel = watchBell({ words: this.words, word, value, woken });
    this.#tenancy.header.tenants.askBell(this.me, word);
    if (Atomics.load(this.words, word) === value) return cancel;
    // Whoever changed it may have done so before it was asked to ring.
    cancel();
    let cancelled = false;
    setImmediate(() => {
      if (!cancelled) woken();
    });
    return () => {
      cancelled = true;
    };
  }

  reserve(byteOffset: number, byteLength: number): void {
    const { header, path } = this.#tenancy;
    const start = Header.byteLength + byteOffset;
    header.reserve(start, start + byteLength, this.#fileLength, (from, to) => reserveMapped(path, from, to));
  }

  handle(): SegmentHandle {
    // A ticket keeps the file until the receiver has come, even when everyone who has it now is gone by then.
    const { id, start } = thisTask();
    const { tenants } = this.#tenancy.header;
    const ticket = tenants.claim(id, start, "ticket");
    // Without this segment in hand: it goes when it is dropped, not when the receiver does.
    keptForReceiver(() => tenants.release(ticket));
    return { body: "process", path: this.path, ticket };
  }

  /** Gives up what kept the file until this thread came. */
  redeem(ticket: number): void {
    this.#tenancy.header.tenants.release(ticket);
  }

  /** Ends this thread's use of it; the file goes with its last user. What is mapped stays until nobody looks at it. */
  close(): void {
    if (open.get(this.path)?.deref() === this) open.delete(this.path);
    collected.unregister(this);
    leave(this.#tenancy);
  }
}

/** Segments in mapped files, which threads, spawned and forked processes share. */
export const processBody: Body = {
  reach: "process",
  allocate: (byteLength, reserved) =>
    remember(createMappedSegment(freshPath("segment", family()), byteLength, { reserved })),
};

/**
 * Makes a segment at a path.
 *
 * @param options.keep how long the file stays. Default: while it is used.
 * @param options.reserved as of {@link Body.allocate}.
 * @throws {FileExistsError} when there is one; {RangeError} when there is not so much memory.
 */
export function createMappedSegment(
  path: string,
  byteLength: number,
  { keep = "while used", reserved = byteLength }: { readonly keep?: Keep; readonly reserved?: number | undefined } = {},
): MappedSegment {
  beginTenancies();
  let tenancy: Tenancy | undefined;
  try {
    const mapping = createMapped(path, Header.byteLength + Math.ceil(byteLength / 4) * 4, ({ buffer }, give) => {
      give(0, Header.byteLength);
      const header = new Header(buffer);
      header.fill(family(), byteLength, keep);
      header.reserve(0, Header.byteLength + reserved, buffer.byteLength, give);
      // Before the file has its name: one without users is swept away.
      tenancy = enter(path, header);
    });
    return new MappedSegment(mapping, tenancy as Tenancy);
  } catch (error) {
    if (tenancy !== undefined) forget(tenancy);
    throw error;
  }
}

/**
 * Opens the segment of a handle; the same object for as long as this thread has it.
 *
 * @throws {FileNotFoundError} when its file is gone.
 */
export function openMappedSegment({ path, ticket }: SegmentHandle & { body: "process" }): MappedSegment {
  const segment = open.get(path)?.deref() ?? remember(attachMappedSegment(path));
  segment.redeem(ticket);
  return segment;
}

/**
 * Maps the segment at a path.
 *
 * @throws {FileNotFoundError} when there is none.
 */
export function attachMappedSegment(path: string): MappedSegment {
  beginTenancies();
  const mapping = openMapped(path, Header.byteLength);
  const header = new Header(mapping.buffer);
  if (!header.isValid || Header.byteLength + header.dataLength > mapping.buffer.byteLength) throw notOurs(path);
  joinFamily(header.family);
  return new MappedSegment(mapping, enter(path, header));
}

function remember(segment: MappedSegment): MappedSegment {
  open.set(segment.path, new WeakRef(segment));
  return segment;
}

// Without futexes: looks again after ever longer naps, up to 10 ms.
function doze(words: Int32Array, word: number, value: number, timeoutMs: number): void {
  const nowhere = new Int32Array(new SharedArrayBuffer(4));
  const deadline = performance.now() + timeoutMs;
  for (let napMs = 0.1; Atomics.load(words, word) === value; napMs = Math.min(napMs * 2, 10)) {
    const left = deadline - performance.now();
    if (left <= 0) return;
    Atomics.wait(nowhere, 0, 0, Math.min(napMs, left));
  }
}
