import type { Address, ClientTransport } from "../transport/transport.ts";
import type { Seat } from "./seat.ts";

/** The name of the entries by which the client finds out that it has read all entries before them. */
export const fence = "fence";

/** How often the leases are looked for, in milliseconds. A lease that ends sooner is looked for at its end. */
export const watchMs = 400;
/** When they are looked for again after one was missing, in milliseconds. */
const againMs = 100;

/** How often the lease of a seat was missing. */
interface Missed {
  /** How often in a row. */
  times: number;
  /** The number of the fence after which the seat may be declared lost. */
  before: number;
}

/**
 * Watches the leases of a client's seats: a seat whose lease was missing twice is lost, when everything was read that
 * its worker program sent before.
 */
export class LeaseWatch {
  /** Where the client reads. */
  readonly #own: Address;
  readonly #seats: ReadonlyMap<string, Seat>;
  readonly #missed = new WeakMap<Seat, Missed>();
  #fences = 0;
  #isLooking = false;
  #timer: NodeJS.Timeout | undefined;
  /** When the leases were last looked for. */
  #lookedAt = performance.now();
  /** Why the server refused to renew the lease of the client the last time. */
  refusal: Error | undefined;

  constructor(own: Address, seats: ReadonlyMap<string, Seat>) {
    this.#own = own;
    this.#seats = seats;
  }

  /** Begins: there was no seat before. */
  begin(): void {
    this.#lookedAt = performance.now();
  }

  /** Ends: there is no seat any more. */
  end(): void {
    clearTimeout(this.#timer);
  }

  /** Looks for the leases, and again when the first of them ends. While the server is away, the look waits for it. */
  async look(transport: ClientTransport): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    clearTimeout(this.#timer);
    try {
      const nextMs = await this.#look(transport);
      if (nextMs < watchMs) this.#timer = setTimeout(() => this.look(transport).catch(() => {}), nextMs).unref();
    } finally {
      this.#isLooking = false;
    }
  }

  /** @returns when to look again at the latest, in milliseconds. */
  async #look(transport: ClientTransport): Promise<number> {
    const seats = [...this.#seats.values()].filter(({ isAsked }) => isAsked);
    const left = await transport.leasesLeft(seats.map(({ id }) => id));
    this.#lookedAt = performance.now();
    this.#fences += 1;
    let nextMs = watchMs;
    let isAnyLost = false;
    for (const [i, seat] of seats.entries()) {
      const leftMs = left[i] ?? 0;
      if (leftMs > 0) this.#missed.delete(seat);
      else if (this.#miss(seat) >= 2) isAnyLost = true;
      nextMs = Math.min(nextMs, leftMs || againMs);
    }
    if (isAnyLost) await this.#postFence(transport, this.#fences);
    return nextMs;
  }

  /** The client has read a fence: the seats whose leases were missing before it are lost. */
  passFence(number: number): void {
    const why = this.refusal === undefined ? "" : `, and the server refused to renew leases: ${this.refusal.message}`;
    for (const seat of this.#seats.values()) {
      const missed = this.#missed.get(seat);
      if (missed === undefined || missed.times < 2 || missed.before !== number) continue;
      seat.lose(`its machine was lost: its lease ended${why}`);
    }
  }

  /** Ends the killed seats when the server is away for so long that the worker programs have ended their processes. */
  dropKilled(): void {
    if (performance.now() - this.#lookedAt <= this.#own.leaseMs) return;
    for (const seat of this.#seats.values()) if (seat.isKilled) seat.lose("its server cannot be reached");
  }

  /** @returns how often in a row the lease was missing. */
  #miss(seat: Seat): number {
    const times = (this.#missed.get(seat)?.times ?? 0) + 1;
    this.#missed.set(seat, { times, before: this.#fences });
    return times;
  }

  /** Whatever a worker program sent before its lease ended is read before this entry. */
  async #postFence(transport: ClientTransport, number: number): Promise<void> {
    try {
      await transport.post(this.#own, { seat: fence, number, bytes: new Uint8Array(0) });
    } catch {
      // A server without memory takes no entries, neither of worker programs.
      if (await transport.hasRead(this.#own.id)) this.passFence(number);
    }
  }
}
