import type { Redis } from "ioredis";
import {
  type ConnectionOptions,
  checkServer,
  connect,
  connectReader,
  defaultMostBytes,
  readMostBytes,
} from "./connection.ts";
import { StreamReader } from "./stream-reader.ts";
import type { Address, Entry, Transport } from "./transport.ts";

/** The ends of BullMQ's keys that are not those of one job. */
const queueKeys = ["id", "wait", "active", "marker", "meta", "events", "stalled", "stalled-check"];

/** Makes keys live for a number of milliseconds more. A key that lives longer, for another program, is left. */
const keepScript = `
  for _, key in ipairs(KEYS) do
    if redis.call("PTTL", key) < tonumber(ARGV[1]) then redis.call("PEXPIRE", key, ARGV[1]) end
  end
`;
/**
 * How much longer than a lease BullMQ's keys live, in milliseconds: when the lease has ended, the other side still
 * needs them to end the seats.
 */
const endingMs = 5000;

/** The names of the keys. The braces keep the keys of one queue on one node of a Redis Cluster. */
export const keysOf = (queue: string) => ({
  /** The name of BullMQ's queue, and the keys of it that are there when it has no jobs. */
  queue: `{${queue}}`,
  ofQueue: queueKeys.map((name) => `bull:{${queue}}:${name}`),
  lease: (client: string) => `mh:{${queue}}:client:${client}`,
  stream: (id: string) => `mh:{${queue}}:stream:${id}`,
  /** The set of the ids of all worker programs, and the announcement of each. */
  workers: `mh:{${queue}}:workers`,
  worker: (id: string) => `mh:{${queue}}:worker:${id}`,
  blob: (client: string, name: string) => `mh:{${queue}}:blob:${client}:${name}`,
});

/** How often the lifetime of a stream is renewed while entries are added, in milliseconds. */
const renewMs = 1000;

/** Messages over Redis streams, one for each address. A message is one command, see {@link StreamReader}. */
export class StreamTransport implements Transport {
  protected readonly redis: Redis;
  protected readonly keys: ReturnType<typeof keysOf>;
  readonly #options: ConnectionOptions;
  readonly #onError: (error: Error) => void;
  readonly #readers: StreamReader[] = [];
  readonly #streams: string[] = [];
  /** The streams whose lifetime was renewed a short time ago. */
  readonly #renewed = new Set<string>();
  protected isClosed = false;
  mostBytes = defaultMostBytes;

  constructor(options: ConnectionOptions, queue: string, onError: (error: Error) => void) {
    this.#options = options;
    this.#onError = onError;
    this.keys = keysOf(queue);
    this.redis = connect(options, onError);
  }

  /** Checks that the server can be used, and learns its limits. @throws {ClusterError} when it cannot. */
  async check(): Promise<void> {
    await checkServer(this.redis, this.#options.url, this.keys.workers);
    this.mostBytes = await readMostBytes(this.redis);
  }

  post({ id, leaseMs }: Address, { seat, number, bytes }: Entry): Promise<unknown> {
    const key = this.keys.stream(id);
    const sent = this.redis.xadd(key, "*", seat, String(number), "b", bytes as Buffer);
    this.#collectWrites();
    if (!this.#renewed.has(key)) this.#renewLifetime(key, leaseMs);
    return sent;
  }

  /** Writes what follows in this turn of the event loop together. */
  #collectWrites(): void {
    const { stream, status } = this.redis;
    if (status !== "ready" || stream.writableCorked > 0) return;
    stream.cork();
    process.nextTick(() => stream.uncork());
  }

  // Again after a while, since the stream may have been deleted and begun again meanwhile.
  #renewLifetime(key: string, leaseMs: number): void {
    this.#renewed.add(key);
    const renew = () => this.redis.pexpire(key, leaseMs).catch(() => {});
    renew();
    setTimeout(() => {
      this.#renewed.delete(key);
      if (!this.isClosed) renew();
    }, renewMs).unref();
  }

  read(address: Address, onEntry: (entry: Entry) => void): void {
    const key = this.keys.stream(address.id);
    const remove = (ids: readonly string[]) => void this.redis.xdel(key, ...ids).catch(() => {});
    this.#streams.push(key);
    this.#readers.push(new StreamReader(connectReader(this.#options, this.#onError), key, address, onEntry, remove));
  }

  async hasRead(id: string): Promise<boolean> {
    return (await this.redis.xlen(this.keys.stream(id))) === 0;
  }

  /**
   * Makes BullMQ's keys live a bit longer than a lease from now on. They have no end of their own, and stayed when all
   * programs were killed.
   *
   * @param jobs the keys of jobs.
   */
  protected keepQueue(leaseMs: number, jobs: readonly string[] = []): Promise<unknown> {
    const keys = [...this.keys.ofQueue, ...jobs];
    return this.redis.eval(keepScript, keys.length, ...keys, leaseMs + endingMs);
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const reader of this.#readers) reader.close();
    if (this.#streams.length > 0 && this.redis.status === "ready")
      await this.redis.del(...this.#streams).catch(() => {});
    this.redis.disconnect();
  }
}
