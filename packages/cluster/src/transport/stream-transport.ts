import { setTimeout as sleep } from "node:timers/promises";
import type { Redis } from "ioredis";
import {
  type ConnectionOptions,
  checkServer,
  connect,
  defaultMostBytes,
  readMostBytes,
  retryMs,
} from "./connection.ts";
import type { Entry, Transport } from "./transport.ts";

/** How many entries are read at a time. */
const mostEntries = 256;
/** How long a read waits for entries, in milliseconds. */
const blockMs = 2000;

/** The names of the keys. The braces keep the keys of one queue on one node of a Redis Cluster. */
export const keysOf = (queue: string) => ({
  lease: (client: string) => `mh:{${queue}}:client:${client}`,
  stream: (address: string) => `mh:{${queue}}:stream:${address}`,
  /** The set of the ids of all worker programs, and the announcement of each. */
  workers: `mh:{${queue}}:workers`,
  worker: (id: string) => `mh:{${queue}}:worker:${id}`,
  blob: (client: string, name: string) => `mh:{${queue}}:blob:${client}:${name}`,
});

/**
 * Messages over Redis streams, one for each address.
 *
 * A reader reads its stream from the start and deletes what it has read. It keeps no last id, so that no entry is
 * hidden when another server with another clock takes over.
 */
export class StreamTransport implements Transport {
  protected readonly redis: Redis;
  protected readonly keys: ReturnType<typeof keysOf>;
  readonly #options: ConnectionOptions;
  readonly #onError: (error: Error) => void;
  readonly #readers: Redis[] = [];
  readonly #streams: string[] = [];
  /** How long a stream outlives its last entry, in milliseconds. */
  readonly #ttlMs: number;
  protected isClosed = false;
  mostBytes = defaultMostBytes;

  constructor(options: ConnectionOptions, queue: string, ttlMs: number, onError: (error: Error) => void) {
    this.#options = options;
    this.#onError = onError;
    this.#ttlMs = ttlMs;
    this.keys = keysOf(queue);
    this.redis = connect(options, onError);
  }

  /** Checks that the server can be used, and learns its limits. @throws {ClusterError} when it cannot. */
  async check(): Promise<void> {
    await checkServer(this.redis, this.#options.url);
    this.mostBytes = await readMostBytes(this.redis);
  }

  post(address: string, { seat, number, bytes }: Entry): Promise<unknown> {
    const key = this.keys.stream(address);
    const sent = this.redis
      .pipeline()
      .xadd(key, "*", seat, String(number), "b", bytes as Buffer)
      .pexpire(key, this.#ttlMs)
      .exec();
    return sent.then((results) => {
      const error = results?.[0]?.[0];
      if (error) throw error;
    });
  }

  read(address: string, onEntry: (entry: Entry) => void): void {
    const reader = connect(this.#options, this.#onError);
    this.#readers.push(reader);
    this.#streams.push(this.keys.stream(address));
    void this.#readAll(reader, this.keys.stream(address), onEntry);
  }

  async hasRead(address: string): Promise<boolean> {
    return (await this.redis.xlen(this.keys.stream(address))) === 0;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const streams = [...this.#streams];
    if (streams.length > 0 && this.redis.status === "ready") await this.redis.del(...streams).catch(() => {});
    for (const reader of this.#readers) reader.disconnect();
    this.redis.disconnect();
  }

  async #readAll(reader: Redis, key: string, onEntry: (entry: Entry) => void): Promise<void> {
    while (!this.isClosed) {
      const read = await reader
        .xreadBuffer("COUNT", mostEntries, "BLOCK", blockMs, "STREAMS", key, "0")
        .catch(() => undefined);
      if (read === undefined) await sleep(retryMs, undefined, { ref: false });
      for (const [, entries] of read ?? []) {
        // Sent on the same connection, so that the server deletes them before the next read.
        reader.xdel(key, ...entries.map(([id]) => id.toString())).catch(() => {});
        for (const [, [seat, number, , bytes]] of entries) {
          if (seat === undefined || bytes === undefined) continue;
          onEntry({ seat: seat.toString(), number: Number(number?.toString()), bytes });
        }
      }
    }
  }
}
