import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { type MessageToPool, packErrorOfAnyClass, serialize, type WorkerSpec } from "@manyhands/process/engine";
import { withoutPassword } from "../base/cluster-key.ts";
import { packageVersion } from "../base/package-version.ts";
import type { Address, ClientTransport, Entry } from "../transport/transport.ts";
import type { Blob } from "../wire/large-parts.ts";
import { prove } from "../wire/proof.ts";
import { noticeNumber, openNotice } from "../wire/refusal-notice.ts";
import { SeatChannel } from "../wire/seat-channel.ts";
import {
  type FromSeat,
  type Here,
  placeOfSeat,
  protocol,
  type SeatRequest,
  type ToSeat,
} from "../wire/seat-message.ts";
import type { ClientOptions } from "./cluster-options.ts";
import { shareSeats } from "./fair-share.ts";
import { KnownWorkers } from "./known-workers.ts";
import { fence, LeaseWatch, watchMs } from "./lease-watch.ts";
import { OwnProgram } from "./own-program.ts";
import { RoundTrip } from "./round-trip.ts";
import { Seat, type SeatOwner } from "./seat.ts";
import { StoredBlobs } from "./stored-blobs.ts";
import { Unserved } from "./unserved.ts";

/** How long the connections stay open without seats, in milliseconds. */
const lingerMs = 1000;
/** How long to wait before a request that the server refused is made again, in milliseconds. */
const refusedMs = 1000;

/**
 * The connection of this program to a cluster: asks for seats, and passes messages between them and the worker programs
 * that hold them. It is open while there are seats, and does not keep the program alive.
 */
export class ClusterClient implements SeatOwner {
  readonly id = randomBytes(9).toString("base64url");
  readonly key: Uint8Array;
  readonly program = new OwnProgram();
  readonly #options: ClientOptions;
  readonly #seats = new Map<string, Seat>();
  readonly #unserved: Unserved;
  readonly workers: KnownWorkers;
  readonly #blobs: StoredBlobs;
  readonly #leases: LeaseWatch;
  /** Seats that ended while a request of theirs is being taken back. */
  readonly #pending = new Set<Promise<unknown>>();
  #transport: ClientTransport | undefined;
  #opening: Promise<ClientTransport> | undefined;
  #timers: NodeJS.Timeout[] = [];
  #lingering: NodeJS.Timeout | undefined;
  #isWatching = false;
  #hasWarnedOfSeal = false;
  readonly #roundTrip = new RoundTrip();

  constructor(options: ClientOptions) {
    this.#options = options;
    this.key = options.key;
    this.#unserved = new Unserved(options);
    this.workers = new KnownWorkers(options.key, `The cluster "${options.name}" at ${withoutPassword(options.url)}`);
    this.#blobs = new StoredBlobs(options.leaseMs);
    this.#leases = new LeaseWatch({ id: this.id, leaseMs: options.leaseMs }, this.#seats);
  }

  /** How long a message and its answer take: each of them passes the server on its way. */
  get roundTripMs(): number {
    return this.#roundTrip.ms;
  }

  /** Asks for a seat. @throws the error of cloning the boot message. */
  launch(spec: WorkerSpec, onMessage: (message: MessageToPool) => void): Seat {
    const seat = new Seat(this, spec, onMessage);
    this.#seats.set(seat.id, seat);
    clearTimeout(this.#lingering);
    if (this.#seats.size === 1) this.#renew();
    if (this.#timers.length === 0) {
      this.#leases.begin();
      this.#timers = [
        setInterval(() => this.#watch(), watchMs).unref(),
        setInterval(() => this.#renew(), this.#options.leaseMs / 4).unref(),
      ];
    }
    this.#open().then(
      (transport) => this.#ask(transport, seat),
      (error) => seat.fail(packErrorOfAnyClass(error, "machine")),
    );
    return seat;
  }

  get mostBytes(): number {
    return this.#transport?.mostBytes ?? Number.POSITIVE_INFINITY;
  }

  post(worker: Address, entry: Entry, blobs: readonly Blob[] = []): void {
    if (this.#transport === undefined) return;
    const onError = (error: Error) => {
      this.#unserved.lastError = error;
      this.#seats.get(entry.seat)?.lose(`the server refused a message: ${error.message}`);
    };
    this.#blobs.use(this.#transport, blobs, onError);
    this.#transport.post(worker, entry).catch(onError);
  }

  release(blobs: readonly string[]): void {
    this.#blobs.release(this.#transport, blobs);
  }

  taken(here: Here): void {
    this.workers.served(here.worker);
    const differences = this.program.differencesOf(here);
    if (differences !== undefined) this.workers.warn(differences);
  }

  drop({ id, isAsked }: Seat): void {
    if (isAsked) this.#track(this.#transport?.dropSeat(id));
  }

  ended({ id }: Seat): void {
    this.#seats.delete(id);
    if (this.#seats.size > 0) return;
    this.#track(this.#blobs.clear(this.#transport));
    this.#track(this.#transport?.release());
    this.#lingering = setTimeout(() => void this.#close(), lingerMs).unref();
  }

  #open(): Promise<ClientTransport> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#openTransport();
    this.#opening = opening;
    // Otherwise its last seat has ended meanwhile, and it is closed.
    const isWanted = () => this.#opening === opening;
    opening.then(
      (transport) => {
        if (isWanted()) this.#use(transport);
      },
      () => {
        if (isWanted()) this.#opening = undefined;
      },
    );
    return opening;
  }

  async #openTransport(): Promise<ClientTransport> {
    const { url, tls, name, leaseMs } = this.#options;
    const { openClientTransport } = await import("../transport/bullmq-client.ts");
    const onReconnect = () => {
      for (const seat of this.#seats.values()) seat.ping();
    };
    const options = { url, tls, queue: name, client: this.id, leaseMs, keepsAlive: false, onReconnect };
    return openClientTransport(options, (error) => {
      this.#unserved.lastError = error;
    });
  }

  #use(transport: ClientTransport): void {
    this.#transport = transport;
    transport.read({ id: this.id, leaseMs: this.#options.leaseMs }, (entry) => this.#receive(entry));
    void this.#roundTrip.measureSome(transport);
    this.#readWorkers(transport).catch(() => {});
  }

  async #close(): Promise<void> {
    const opening = this.#opening;
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
    this.#leases.end();
    this.#opening = undefined;
    this.#transport = undefined;
    this.workers.forget();
    // When the server is away for so long, what was to be taken back has expired.
    const expired = sleep(this.#options.leaseMs, undefined, { ref: false });
    await Promise.race([Promise.allSettled(this.#pending), expired]);
    const transport = await opening?.catch(() => undefined);
    await transport?.close();
  }

  #track(pending: Promise<unknown> | undefined): void {
    if (pending === undefined) return;
    const tracked = pending.catch(() => {}).finally(() => this.#pending.delete(tracked));
    this.#pending.add(tracked);
  }

  #ask(transport: ClientTransport, seat: Seat): void {
    const isWanted = () => this.#seats.get(seat.id) === seat;
    if (!isWanted()) return;
    const asked = transport.askSeat(seat.id, this.#requestFor(seat)).then(
      () => {
        seat.isAsked = true;
        // The seat may have ended meanwhile.
        if (!isWanted()) return transport.dropSeat(seat.id);
        return undefined;
      },
      (error: Error) => {
        this.#unserved.lastError = error;
        setTimeout(() => this.#ask(transport, seat), refusedMs).unref();
      },
    );
    this.#track(asked);
  }

  #requestFor({ id, name, needs }: Seat): SeatRequest {
    return prove(this.key, placeOfSeat(id), {
      protocol,
      client: this.id,
      name,
      host: hostname(),
      pid: process.pid,
      leaseMs: this.#options.leaseMs,
      manyhands: packageVersion(),
      node: process.versions.node,
      root: this.program.root,
      needs: this.program.needsFor(needs),
    });
  }

  #receive(entry: Entry): void {
    if (entry.seat === fence) {
      this.#leases.passFence(entry.number);
      return;
    }
    if (entry.number === noticeNumber) {
      const notice = openNotice(this.key, this.id, entry.seat, entry.bytes);
      if (notice !== undefined) this.workers.refused(notice);
      return;
    }
    const seat = this.#seats.get(entry.seat);
    if (seat === undefined) this.#refuseSeat(entry);
    else if (seat.receive(entry) && !this.#hasWarnedOfSeal) {
      this.#hasWarnedOfSeal = true;
      process.emitWarning(
        `The cluster "${this.#options.name}" has sent a message that was not sealed with this program's authKey; it was ignored`,
      );
    }
  }

  /** Lets a worker program that has just taken a seat give it back: the seat has ended meanwhile. */
  #refuseSeat({ seat, number, bytes }: Entry): void {
    const channel = new SeatChannel<FromSeat>(this.key, "to worker", this.id, seat);
    const opened = channel.open(number, bytes);
    if (typeof opened === "string" || !("here" in opened.message)) return;
    const kill: ToSeat = { kill: "SIGKILL" };
    const { worker, leaseMs, session } = opened.message.here;
    channel.session = session;
    this.post({ id: worker, leaseMs }, { seat, ...channel.seal(serialize(kill)) });
  }

  // Without seats the lease has been given back.
  #renew(): void {
    if (this.#seats.size === 0 || this.#transport === undefined) return;
    this.#transport.renew([...this.#seats.keys()]).then(
      () => {
        this.#leases.refusal = undefined;
      },
      (error: Error) => {
        this.#leases.refusal = error;
      },
    );
    this.#blobs.renew(this.#transport);
  }

  #watch(): void {
    const error = this.#unserved.check([...this.#seats.values()], this.workers.refusal);
    if (error !== undefined) {
      for (const seat of this.#seats.values()) seat.fail(packErrorOfAnyClass(error, "machine"));
      return;
    }
    this.#leases.dropKilled();
    if (this.#isWatching || this.#transport === undefined) return;
    this.#isWatching = true;
    this.#look(this.#transport)
      .catch(() => {})
      .finally(() => {
        this.#isWatching = false;
      });
  }

  async #readWorkers(transport: ClientTransport): Promise<void> {
    const isWaiting = [...this.#seats.values()].some(({ isTaken }) => !isTaken);
    if (isWaiting || this.workers.isWanted) this.workers.update(await transport.announced());
  }

  // While the server is away, the look waits for it.
  async #look(transport: ClientTransport): Promise<void> {
    await this.#leases.look(transport);
    await this.#roundTrip.measure(transport);
    await this.#readWorkers(transport);
    await this.#share(transport);
  }

  async #share(transport: ClientTransport): Promise<void> {
    const queue = await transport.seatQueue();
    const { idle, busy, postponed } = shareSeats(this.id, [...this.#seats.values()], queue, performance.now());
    // First, or else one of these would get the processor that is given back.
    await Promise.all(postponed.map((seat) => this.#postpone(transport, seat)));
    for (const seat of idle) seat.giveBack("idle");
    for (const seat of busy) seat.giveBack("shared");
  }

  /** Asks for a seat again, behind the requests of others. */
  async #postpone(transport: ClientTransport, seat: Seat): Promise<void> {
    seat.isAsked = false;
    const isDropped = await transport.dropSeat(seat.id).catch(() => false);
    if (isDropped) this.#ask(transport, seat);
    else seat.isAsked = true;
  }
}
