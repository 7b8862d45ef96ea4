import type { Address, ClientTransport } from "../transport/transport.ts";
import type { Seat } from "./seat.ts";

/** The name of the entries by which the client finds out that it has read all entries before them. */
export const fence = "fence";

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

  /**
   * Looks for the leases. While the server is away, the look waits for it.
   *
   * @returns whether one was missing for the first time, so that it should be looked for again soon.
   */
  async look(transport: ClientTransport): Promise<boolean> {
    const seats = [...this.#seats.values()].filter(({ isAsked }) => isAsked);
    const states = await transport.seatStates(seats.map(({ id }) => id));
    this.#lookedAt = performance.now();
    this.#fences += 1;
    const missed = seats.filter((_, i) => states[i] === "gone");
    for (const seat of seats) if (!missed.includes(seat)) this.#missed.delete(seat);
    const times = missed.map((seat) => this.#miss(seat));
    if (times.some((count) => count >= 2)) await this.#postFence(transport, this.#fences);
    return times.length > 0 && times.every((count) => count === 1);
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
