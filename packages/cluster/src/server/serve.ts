import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import { cpuCount, getAllStartMethods, type StartMethodName } from "@manyhands/process";
import { checkLease, checkName, checkUrl } from "../base/check-options.ts";
import { checkKeyNeeded, keyBytes } from "../base/cluster-key.ts";
import { packageVersion } from "../base/package-version.ts";
import type { AdmissionOptions } from "../code/admission.ts";
import { workerRoots } from "../code/roots.ts";
import type { HeldSeat, Refusal, WorkerTransport } from "../transport/transport.ts";
import { writeAnnouncement } from "../wire/announcement.ts";
import { isProved } from "../wire/proof.ts";
import { noticeNumber, sealNotice } from "../wire/refusal-notice.ts";
import { placeOfSeat, protocol, type SeatRequest } from "../wire/seat-message.ts";
import { BlobCache } from "./blob-cache.ts";
import { refusalOf } from "./refusal.ts";
import { ServedSeat } from "./served-seat.ts";

/** How often the leases of clients and seats are looked for, in milliseconds. A process ends within a second of one. */
const lookMs = 800;

/** The options of {@link serve}. */
export interface ServeOptions {
  /** How many processes run tasks at a time, ≥ 1. Default: the number of processors, see `cpuCount()`. */
  readonly cores?: number;
  /** The name of the cluster. Default: `"manyhands"`. */
  readonly name?: string;
  /** The key of the cluster; see `ClusterOptions.authKey`. */
  readonly authKey?: Uint8Array | string;
  /** How tasks are isolated from each other. Default: `"spawn"`, a process for each worker of a pool. */
  readonly startMethod?: StartMethodName;
  /** Stands for the client's folder with its package.json. Default: the folder of the nearest package.json. */
  readonly root?: string;
  /**
   * Whether clients may send functions as text, and import modules outside of {@link root} and installed packages.
   * Otherwise they run exports of modules below the root only. Default: false.
   */
  readonly allowCode?: boolean;
  /** How long a client waits for a sign of this program, in milliseconds, ≥ 1000. Default: 15 000. */
  readonly leaseMs?: number;
  /** Options of TLS, for a `rediss://` URL. Default: Node's. */
  readonly tls?: TlsOptions;
  /** Called with what an operator should know: a lost connection, a refused client. Default: nothing is done. */
  readonly onNotice?: (text: string) => void;
}

/** A worker program: the machine's cores, offered to the pools of a cluster. */
export interface WorkerProgram {
  /** Its id in the cluster. */
  readonly id: string;
  /** How many seats it holds now. */
  readonly seats: number;
  /** Takes no more seats, lets the running tasks end, and closes. Resolves when nothing is left. Idempotent. */
  drain(): Promise<void>;
  /** Ends all tasks now and closes. Idempotent. */
  close(): Promise<void>;
}

/**
 * Serves the pools of a cluster with the cores of this machine, as `npx manyhands worker` does.
 *
 * @param url the address of the cluster's Redis or Valkey.
 * @throws {TypeError} or {RangeError} when an option is invalid; {ClusterError} when the Redis cannot be used, or there
 *   is no `authKey` and the URL is not a loopback address.
 *
 * @example
 * const program = await serve("redis://127.0.0.1:6379", { cores: 4 });
 * process.once("SIGTERM", () => program.drain());
 */
export async function serve(url: string, options: ServeOptions = {}): Promise<WorkerProgram> {
  checkUrl("serve a cluster", url);
  const { cores = cpuCount(), name = "manyhands", leaseMs = 15_000, authKey, tls, onNotice = () => {} } = options;
  const { startMethod = "spawn" } = options;
  if (!(Number.isInteger(cores) && cores >= 1)) {
    throw new RangeError(`Cannot serve a cluster: cores is ${String(cores)}, write a whole number ≥ 1`);
  }
  if (!getAllStartMethods().includes(startMethod)) {
    throw new TypeError(
      `Cannot serve a cluster: startMethod is ${String(startMethod)}, write ${getAllStartMethods().join(", ")}`,
    );
  }
  checkName("serve a cluster", name);
  checkLease("serve a cluster", leaseMs);
  checkKeyNeeded("Cannot serve a cluster at", url, authKey);
  const key = keyBytes(authKey);
  const admission = { roots: workerRoots(options.root), allowsCode: options.allowCode === true };
  const { openWorkerTransport } = await import("../transport/bullmq-worker.ts");
  const transport = await openWorkerTransport({ url, tls, queue: name, leaseMs, keepsAlive: true }, (error) =>
    onNotice(error.message || error.name),
  );
  const server = new Server(transport, {
    admission,
    key,
    startMethod,
    cores,
    leaseMs,
    onNotice,
  });
  await server.start();
  return server;
}

class Server implements WorkerProgram {
  readonly id = `${hostname()}-${randomBytes(6).toString("base64url")}`;
  readonly transport: WorkerTransport;
  readonly key: Uint8Array;
  readonly startMethod: StartMethodName;
  readonly admission: AdmissionOptions;
  readonly blobs: BlobCache;
  readonly leaseMs: number;
  /** How many seats it takes at a time; 0 when it takes no more. */
  #cores: number;
  readonly #onNotice: (text: string) => void;
  readonly #seats = new Map<string, ServedSeat>();
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = performance.now();
  #isLooking = false;
  #ending: Promise<void> | undefined;
  /** What becomes of a seat that was asked for before, and comes when this program has begun to end. */
  #endSeat: ((seat: ServedSeat) => void) | undefined;

  constructor(
    transport: WorkerTransport,
    options: Pick<Server, "key" | "startMethod" | "admission" | "leaseMs"> & {
      readonly cores: number;
      readonly onNotice: (text: string) => void;
    },
  ) {
    this.transport = transport;
    this.blobs = new BlobCache(transport);
    this.key = options.key;
    this.startMethod = options.startMethod;
    this.admission = options.admission;
    this.#cores = options.cores;
    this.leaseMs = options.leaseMs;
    this.#onNotice = options.onNotice;
  }

  get seats(): number {
    return this.#seats.size;
  }

  async start(): Promise<void> {
    await this.#announce();
    this.transport.read(this, (entry) => this.#seats.get(entry.seat)?.take(entry));
    this.transport.takeSeats(
      this.#cores,
      (seat) => this.#check(seat),
      (seat) => this.#hold(seat),
    );
    this.#timer = setInterval(() => this.#watch(), lookMs);
  }

  drain(): Promise<void> {
    if (this.#ending === undefined) this.#endSeats((seat) => seat.retire());
    this.#ending ??= this.#end();
    return this.#ending;
  }

  close(): Promise<void> {
    this.#endSeats((seat) => seat.cutOff());
    this.#ending ??= this.#end();
    return this.#ending;
  }

  #endSeats(endSeat: (seat: ServedSeat) => void): void {
    this.#endSeat = endSeat;
    for (const seat of this.#seats.values()) endSeat(seat);
  }

  async #end(): Promise<void> {
    this.#cores = 0;
    await this.transport.stopTaking();
    while (this.#seats.size > 0) await Promise.all([...this.#seats.values()].map(({ left }) => left));
    clearInterval(this.#timer);
    await this.transport.close();
  }

  async #announce(): Promise<void> {
    const announcement = {
      worker: this.id,
      host: hostname(),
      pid: process.pid,
      cores: this.#cores,
      protocol,
      manyhands: packageVersion(),
      node: process.versions.node,
      seats: [...this.#seats.values()].map(({ report }) => report),
    };
    await this.transport.announce(this.id, writeAnnouncement(this.key, announcement));
  }

  async #check({ id, request }: HeldSeat): Promise<Refusal | undefined> {
    const hasKey = isProved(this.key, placeOfSeat(id), request);
    const refused = hasKey ? refusalOf(request, this.admission) : "its authKey is another one";
    // The seat of a client that has ended is taken, and given back at once.
    if (refused === undefined || !(await this.#hasLease(request.client))) return undefined;
    if (hasKey) await this.#notify(id, request, refused);
    this.#onNotice(`A seat of ${request.name} on ${request.host} is left to other worker programs: ${refused}`);
    return { refused };
  }

  async #hasLease(client: string): Promise<boolean> {
    return (await this.transport.look([client], [])).clients.has(client);
  }

  // A request of another protocol may have no lease.
  async #notify(seat: string, { client, leaseMs = this.leaseMs }: SeatRequest, reason: string): Promise<void> {
    const bytes = sealNotice(this.key, client, seat, { worker: this.id, host: hostname(), reason });
    await this.transport.post({ id: client, leaseMs }, { seat, number: noticeNumber, bytes });
  }

  async #hold(held: HeldSeat): Promise<void> {
    if (!(await this.#hasLease(held.request.client))) return;
    const seat = new ServedSeat(this, held);
    this.#seats.set(seat.id, seat);
    this.#endSeat?.(seat);
    await seat.left;
    this.#seats.delete(seat.id);
    if (this.#seats.size === 0) this.blobs.clear();
  }

  #watch(): void {
    const seats = [...this.#seats.values()];
    // Cut off from the server for as long as a lease lasts: others may have the tasks by now.
    if (seats.length === 0) this.#lookedAt = performance.now();
    else if (performance.now() - this.#lookedAt > this.leaseMs) for (const seat of seats) seat.cutOff();
    if (this.#isLooking) return;
    this.#isLooking = true;
    Promise.all([this.#announce(), seats.length > 0 && this.#look(seats)])
      .catch(() => {})
      .finally(() => {
        this.#isLooking = false;
      });
  }

  async #look(seats: readonly ServedSeat[]): Promise<void> {
    const clients = [...new Set(seats.map(({ client }) => client))];
    const found = await this.transport.look(
      clients,
      seats.map(({ id }) => id),
    );
    this.#lookedAt = performance.now();
    for (const seat of seats) if (!found.clients.has(seat.client) || !found.seats.has(seat.id)) seat.cutOff();
  }
}
