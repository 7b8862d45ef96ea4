import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import { retryMs } from "./follow-node.ts";
import type { Address, Entry } from "./transport.ts";

/** The group of a stream's one reader, by which the server knows how far the stream was read. */
const group = "reader";
/** How many reads the server has at a time. It runs one after the other. */
const mostReads = 16;
/** How many entries are read at a time. */
const mostEntries = 256;
/** How long a read waits for entries, in milliseconds. */
const blockMs = 2000;

/** How long entries that were read may stay in their stream, in milliseconds. */
const deleteMs = 100;
/** How many of them, and of their bytes. */
const mostRead = 256;
const mostReadBytes = 1_000_000;

/** What a read gives: the entries of the one stream; `null` when none came. */
type Read = readonly (readonly [key: Buffer, entries: readonly (readonly [id: Buffer, fields: Buffer[]])[]])[] | null;

/**
 * Reads a stream, and deletes what it has read, later and together.
 *
 * The server has the next reads ahead, so an entry is sent at once, and no command has to follow each one. After an
 * error or a cut of the connection, all entries of the stream are read again: some were sent and have not arrived.
 * Entries that are read twice have the same number.
 */
export class StreamReader {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #leaseMs: number;
  readonly #onEntry: (entry: Entry) => void;
  readonly #done: ReadEntries;
  #isClosed = false;

  /**
   * @param redis a connection that no other code uses, and that fails all commands when it is cut.
   * @param remove deletes entries of the stream.
   */
  constructor(
    redis: Redis,
    key: string,
    { leaseMs }: Address,
    onEntry: (entry: Entry) => void,
    remove: (ids: readonly string[]) => void,
  ) {
    this.#redis = redis;
    this.#key = key;
    this.#leaseMs = leaseMs;
    this.#onEntry = onEntry;
    this.#done = new ReadEntries(remove);
    void this.#run();
  }

  close(): void {
    this.#isClosed = true;
    this.#done.clear();
    this.#redis.disconnect();
  }

  async #run(): Promise<void> {
    while (!this.#isClosed) {
      const startedAt = performance.now();
      await this.#begin().then(
        () => this.#readUntilError(),
        () => {},
      );
      // A server that is away, or refuses, answers at once.
      if (performance.now() - startedAt < retryMs) await sleep(retryMs, undefined, { ref: false });
    }
  }

  /** Lets the group start at the first entry. The stream may be new, or have expired. */
  async #begin(): Promise<void> {
    const creation = this.#redis.pipeline();
    creation.xgroup("CREATE", this.#key, group, "0", "MKSTREAM").pexpire(this.#key, this.#leaseMs);
    const [[error] = []] = (await creation.exec()) ?? [];
    if (error) await this.#redis.xgroup("SETID", this.#key, group, "0");
  }

  /** Resolves when a read has failed, and no other one is left. */
  #readUntilError(): Promise<void> {
    return new Promise((resolve) => {
      let reads = 0;
      let hasFailed = false;
      const addReads = () => {
        if (hasFailed) return;
        this.#redis.stream.cork();
        for (; reads < mostReads; reads++) this.#readSome().then(settle, () => settle(undefined));
        this.#redis.stream.uncork();
      };
      const settle = (read: Read | undefined) => {
        reads -= 1;
        hasFailed ||= read === undefined;
        if (hasFailed) {
          if (reads === 0) resolve();
          return;
        }
        this.#take(read ?? []);
        // Later, so that the program uses these entries first.
        if (reads === mostReads / 2) setImmediate(addReads);
      };
      addReads();
    });
  }

  #readSome(): Promise<Read> {
    const options = ["COUNT", mostEntries, "BLOCK", blockMs, "NOACK", "STREAMS", this.#key, ">"] as const;
    return this.#redis.xreadgroupBuffer("GROUP", group, group, ...options) as Promise<Read>;
  }

  #take(read: NonNullable<Read>): void {
    for (const [, entries] of read) {
      for (const [id, [seat, number, , bytes]] of entries) {
        this.#done.add(id.toString(), bytes?.length ?? 0);
        if (seat === undefined || bytes === undefined) continue;
        this.#onEntry({ seat: seat.toString(), number: Number(number?.toString()), bytes });
      }
    }
  }
}

/** The entries that were read and are still in their stream. */
class ReadEntries {
  readonly #delete: (ids: readonly string[]) => void;
  #ids: string[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(onDelete: (ids: readonly string[]) => void) {
    this.#delete = onDelete;
  }

  add(id: string, bytes: number): void {
    this.#ids.push(id);
    this.#bytes += bytes;
    if (this.#ids.length >= mostRead || this.#bytes >= mostReadBytes) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), deleteMs).unref();
  }

  /** Leaves them: their stream is deleted. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#ids = [];
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#delete(this.#ids.splice(0));
    this.#bytes = 0;
  }
}
