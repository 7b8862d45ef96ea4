import { setImmediate as nextTurn } from "node:timers/promises";
import { Queue } from "bullmq";
import { clientOf, type SeatRequest } from "../wire/seat-message.ts";
import { readAnnouncements } from "./announcements.ts";
import type { ConnectionOptions } from "./connection.ts";
import { StreamTransport } from "./stream-transport.ts";
import type { ClientTransport } from "./transport.ts";

/** How many of BullMQ's own events are kept for dashboards. */
const keptEvents = 1000;
/** Of how many seats the ids are read at most. */
const mostListed = 1000;

/** The options of a client's transport. */
export interface ClientTransportOptions extends ConnectionOptions {
  readonly queue: string;
  readonly client: string;
  readonly leaseMs: number;
  /** Called when the connection was lost and is open again: perhaps to another server, which has not all entries. */
  readonly onReconnect: () => void;
}

/**
 * Opens the transport of a client: a seat is a BullMQ job, which lasts as long as a worker program holds it, and the
 * job's lock is the seat's lease.
 *
 * @throws {ClusterError} when the Redis cannot be used.
 */
export async function openClientTransport(
  options: ClientTransportOptions,
  onError: (error: Error) => void,
): Promise<ClientTransport> {
  const transport = new BullMQClient(options, onError);
  try {
    await transport.check();
    await transport.renew([]).catch(onError);
    await transport.seatQueue().catch(onError);
    return transport;
  } catch (error) {
    await transport.close();
    throw error;
  }
}

class BullMQClient extends StreamTransport implements ClientTransport {
  readonly #options: ClientTransportOptions;
  readonly #queue: Queue<SeatRequest>;

  constructor(options: ClientTransportOptions, onError: (error: Error) => void) {
    super(options, options.queue, onError);
    this.#options = options;
    this.#queue = new Queue(this.keys.queue, {
      connection: this.redis as never,
      streams: { events: { maxLen: keptEvents } },
      // BullMQ never runs a seat again: the pool decides what becomes of its tasks.
      defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
    });
    this.#queue.on("error", onError);
    this.redis.once("ready", () => this.redis.on("ready", options.onReconnect));
  }

  async askSeat(id: string, request: SeatRequest): Promise<void> {
    const keepJob = () => this.keepQueue(this.#options.leaseMs, [this.#queue.toKey(id)]);
    // A server that has come back empty has no lease, and a seat without one is dropped.
    const added = Promise.all([this.renew([]), this.#queue.add(request.name, request, { jobId: id })]);
    // Sent right behind the job: a program that is killed in between leaves a job that has no end. A server that did
    // not know BullMQ's script gets the job after this, so it is sent again.
    await Promise.all([added.then(keepJob), nextTurn().then(keepJob)]);
  }

  async dropSeat(id: string): Promise<boolean> {
    return (await this.#queue.remove(id)) === 1;
  }

  async seatQueue() {
    const asked = this.redis.pipeline();
    for (const list of ["wait", "active"]) asked.lrange(this.#queue.toKey(list), 0, mostListed);
    const [waiting = [], held = []] = ((await asked.exec()) ?? []).map(([, ids]) => (ids ?? []) as string[]);
    const [ended, refused] = await Promise.all([
      this.#dropAbandoned([...waiting, ...held]),
      this.#refusedClients(waiting),
    ]);
    return { waiting: waiting.filter((id) => !ended.has(clientOf(id)) && !refused.has(clientOf(id))), held };
  }

  /**
   * Drops the seats of other clients whose lease has ended. An idle worker program does so too, but there may be none.
   * BullMQ removes no seat that a worker program holds.
   *
   * @returns these clients.
   */
  async #dropAbandoned(seats: readonly string[]): Promise<ReadonlySet<string>> {
    const clients = [...new Set(seats.map(clientOf))].filter((client) => client !== this.#options.client);
    if (clients.length === 0) return new Set();
    const asked = this.redis.pipeline();
    for (const client of clients) asked.exists(this.keys.lease(client));
    const found = (await asked.exec()) ?? [];
    const ended = new Set(clients.filter((_, i) => found[i]?.[1] === 0));
    await Promise.all(seats.filter((id) => ended.has(clientOf(id))).map((id) => this.#queue.remove(id)));
    return ended;
  }

  /** The other clients whose next seat was refused by a worker program: a free processor may be of no use to them. */
  async #refusedClients(waiting: readonly string[]): Promise<ReadonlySet<string>> {
    // The last one is next.
    const next = new Map(waiting.map((id) => [clientOf(id), id]));
    next.delete(this.#options.client);
    if (next.size === 0) return new Set();
    const asked = this.redis.pipeline();
    for (const id of next.values()) asked.hget(this.#queue.toKey(id), "data");
    const found = (await asked.exec()) ?? [];
    return new Set([...next.keys()].filter((_, i) => /"refusals":[1-9]/.test(String(found[i]?.[1]))));
  }

  async leasesLeft(ids: readonly string[]): Promise<number[]> {
    if (ids.length === 0) return [];
    const asked = this.redis.pipeline();
    for (const id of ids) {
      const key = this.#queue.toKey(id);
      asked.exists(key).hexists(key, "processedOn").pttl(`${key}:lock`);
    }
    const found = ((await asked.exec()) ?? []).map(([error, count]) => {
      if (error !== null) throw error;
      return count as number;
    });
    return ids.map((_, i) => {
      const [isThere, isTaken, leftMs = 0] = found.slice(3 * i, 3 * i + 3);
      // Below 0 there is no lock.
      if (leftMs >= 0) return leftMs + 1;
      return isThere === 1 && isTaken === 0 ? Number.POSITIVE_INFINITY : 0;
    });
  }

  async renew(seats: readonly string[]): Promise<void> {
    const { client, leaseMs } = this.#options;
    const renewed = this.redis
      .pipeline()
      .set(this.keys.lease(client), "1", "PX", leaseMs)
      .pexpire(this.keys.stream(client), leaseMs)
      .exec();
    const jobs = seats.map((id) => this.#queue.toKey(id));
    const [results] = await Promise.all([renewed, this.keepQueue(leaseMs, jobs)]);
    for (const [error] of results ?? []) if (error !== null) throw error;
  }

  announced(): Promise<ReadonlyMap<string, string>> {
    return readAnnouncements(this.redis, this.keys);
  }

  async measure(): Promise<number> {
    const startedAt = performance.now();
    await this.redis.ping();
    return performance.now() - startedAt;
  }

  putBlob(name: string, bytes: Uint8Array): Promise<unknown> {
    const { client, leaseMs } = this.#options;
    return this.redis.set(this.keys.blob(client, name), bytes as Buffer, "PX", leaseMs);
  }

  async keepBlobs(names: readonly string[]): Promise<boolean[]> {
    const { client, leaseMs } = this.#options;
    const asked = this.redis.pipeline();
    for (const name of names) asked.pexpire(this.keys.blob(client, name), leaseMs);
    return ((await asked.exec()) ?? []).map(([, isThere]) => isThere === 1);
  }

  dropBlobs(names: readonly string[]): Promise<unknown> {
    return this.redis.del(...names.map((name) => this.keys.blob(this.#options.client, name)));
  }

  release(): Promise<unknown> {
    return this.redis.del(this.keys.lease(this.#options.client));
  }

  override async close(): Promise<void> {
    await this.#queue.close().catch(() => {});
    await super.close();
  }
}
