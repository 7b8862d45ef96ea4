import type { ClientTransport } from "../transport/transport.ts";

/** Of how many measurements the shortest counts: a busy event loop makes single ones longer than the line is. */
const measurements = 8;
/** Fewer measurements than these say nothing about the line. */
const leastMeasurements = 4;

/** How long a message to a worker program and its answer take, as measured while the connection is used. */
export class RoundTrip {
  readonly #pings: number[] = [];

  /** In milliseconds; 0 while it is unknown. Each of the two messages passes the server. */
  get ms(): number {
    return this.#pings.length < leastMeasurements ? 0 : 2 * Math.min(...this.#pings);
  }

  async measure(transport: ClientTransport): Promise<void> {
    if (this.#pings.push(await transport.measure()) > measurements) this.#pings.shift();
  }

  /** Measures so often that it is known. */
  async measureSome(transport: ClientTransport): Promise<void> {
    for (let i = 0; i < leastMeasurements; i++) await this.measure(transport).catch(() => {});
  }
}
