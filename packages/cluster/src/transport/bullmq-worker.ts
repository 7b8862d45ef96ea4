import { setTimeout as sleep } from "node:timers/promises";
import { type Job, WaitingError, Worker } from "bullmq";
import type { SeatRequest } from "../wire/seat-message.ts";
import type { ConnectionOptions } from "./connection.ts";
import { retryMs } from "./follow-node.ts";
import { StreamTransport } from "./stream-transport.ts";
import type { HeldSeat, Refusal, WorkerTransport } from "./transport.ts";

/** How long a core rests when it has taken a seat that it has just left to other worker programs, in milliseconds. */
const refusedMs = 1000;

/** The options of a worker program's transport. */
export interface WorkerTransportOptions extends ConnectionOptions {
  readonly queue: string;
  /** How long a seat's lease lasts without renewal, in milliseconds. BullMQ renews it at half of that. */
  readonly leaseMs: number;
}

/** A job's data: the request, and how often a worker program has left the seat to others. */
type SeatData = SeatRequest & { readonly refusals?: number };

/** Opens the transport of a worker program. @throws {ClusterError} when the Redis cannot be used. */
export async function openWorkerTransport(
  options: WorkerTransportOptions,
  onError: (error: Error) => void,
): Promise<WorkerTransport> {
  const transport = new BullMQWorker(options, onError);
  try {
    await transport.check();
    return transport;
  } catch (error) {
    await transport.close();
    throw error;
  }
}

class BullMQWorker extends StreamTransport implements WorkerTransport {
  readonly #options: WorkerTransportOptions;
  readonly #onError: (error: Error) => void;
  /** The token of each held seat's lock. */
  readonly #tokens = new Map<string, string>();
  /** When seats were left to other worker programs, by their ids. */
  readonly #refusedAt = new Map<string, number>();
  #worker: Worker | undefined;
  #announced: string | undefined;

  constructor(options: WorkerTransportOptions, onError: (error: Error) => void) {
    super(options, options.queue, onError);
    this.#options = options;
    this.#onError = onError;
  }

  takeSeats(
    cores: number,
    check: (seat: HeldSeat) => Promise<Refusal | undefined>,
    onSeat: (seat: HeldSeat) => Promise<void>,
  ): void {
    const { leaseMs } = this.#options;
    const hold = async (job: Job<SeatData>, token = "") => {
      const { refusals = 0, ...request } = job.data;
      const seat = { id: String(job.id), request };
      // Taking the job has made keys that have no end until the next announcement.
      this.keepQueue(leaseMs).catch(() => {});
      // A seat that was held before was lost with its machine, and its client has been notified.
      if (job.attemptsStarted > refusals + 1) return;
      const refusal = await check(seat);
      if (refusal !== undefined) {
        await this.#leave(job, token, refusal);
        throw new WaitingError();
      }
      this.#tokens.set(seat.id, token);
      await onSeat(seat).finally(() => this.#tokens.delete(seat.id));
    };
    this.#worker = new Worker<SeatData>(this.keys.queue, hold, {
      connection: this.redis as never,
      concurrency: cores,
      lockDuration: leaseMs,
      stalledInterval: leaseMs,
      maxStalledCount: 0,
      // BullMQ's default of 15 s would leave the pools without this machine for longer than a lease.
      runRetryDelay: retryMs,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    this.#worker.on("error", this.#onError);
  }

  announce(id: string, text: string): Promise<unknown> {
    const { leaseMs } = this.#options;
    this.#announced = id;
    const announced = this.redis
      .pipeline()
      .set(this.keys.worker(id), text, "PX", leaseMs)
      .sadd(this.keys.workers, id)
      .pexpire(this.keys.workers, leaseMs)
      .pexpire(this.keys.stream(id), leaseMs)
      .exec();
    return Promise.all([announced, this.keepQueue(leaseMs)]);
  }

  async readBlob(client: string, name: string): Promise<Uint8Array | undefined> {
    return (await this.redis.getBuffer(this.keys.blob(client, name))) ?? undefined;
  }

  async stopTaking(): Promise<void> {
    await this.#worker?.pause(true);
  }

  /**
   * Leaves a seat to other worker programs: behind the other seats, and without BullMQ's delay, which ends by the
   * clocks of other machines.
   */
  async #leave(job: Job<SeatData>, token: string, { refused }: Refusal): Promise<void> {
    const { data, opts } = job;
    const id = String(job.id);
    await job.updateData({ ...data, refusals: (data.refusals ?? 0) + 1 });
    // A seat that was processed and has no lock counts as lost.
    await this.redis.hdel(`${this.#worker?.toKey(id)}`, "processedOn");
    opts.attempts = Number.POSITIVE_INFINITY;
    opts.stackTraceLimit = 0;
    await job.moveToFailed(new Error(refused), token);
    const now = performance.now();
    for (const [other, at] of this.#refusedAt) if (now - at >= refusedMs) this.#refusedAt.delete(other);
    const refusedAt = this.#refusedAt.get(id);
    this.#refusedAt.set(id, now);
    // Otherwise an idle worker program would take and leave the seat without a break.
    if (refusedAt !== undefined) await sleep(refusedMs - (now - refusedAt));
  }

  async look(clients: readonly string[], seats: readonly string[]) {
    const asked = this.redis.pipeline();
    for (const client of clients) asked.exists(this.keys.lease(client));
    for (const seat of seats) asked.get(`${this.#worker?.toKey(seat)}:lock`);
    const found = ((await asked.exec()) ?? []).map(([error, value]) => {
      if (error !== null) throw error;
      return value;
    });
    return {
      clients: new Set(clients.filter((_, i) => found[i] === 1)),
      seats: new Set(seats.filter((seat, i) => found[clients.length + i] === this.#tokens.get(seat))),
    };
  }

  override async close(): Promise<void> {
    // Gives back the jobs of seats that have just ended, which takes a server.
    await this.#worker?.close(this.redis.status !== "ready").catch(() => {});
    if (this.#announced !== undefined && this.redis.status === "ready") {
      const { workers, worker } = this.keys;
      const withdrawn = this.redis.pipeline().del(worker(this.#announced)).srem(workers, this.#announced);
      await withdrawn.exec().catch(() => {});
    }
    await super.close();
  }
}
