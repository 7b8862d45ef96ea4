import { setTimeout as idle } from "node:timers/promises";
import type { MessageSample, MessageStream, Shape } from "../../base/message-result.ts";
import { cpuNsAt, threadPath } from "../machine/shared-clock.ts";
import { makePayload } from "./message-sizes.ts";
import type { OpenTransport, Transport } from "./transport.ts";

/** Long enough that the clock and the first wake-up do not matter, and longer than the system's accounts stand still. */
const batchNs = 5e6;
const mostTrips = 4000;
/** A trip that takes longer is made in three rounds only. */
const slowNs = 1e8;
/** How long the word of a death may take after what it broke. */
const deathMs = 100;

/** What a batch sends, and by what. */
export interface BatchSpec {
  readonly transport: Transport;
  readonly opened: OpenTransport;
  readonly shape: Shape;
  readonly bytes: number;
  readonly window: number;
}

/** One transport with one shape, size and window, and its samples. */
export class Batch {
  readonly #spec: BatchSpec;
  readonly #samples: MessageSample[] = [];
  /** Trips a batch; found out by the first trips, and raised when they were slow for once. */
  #count = 0;
  #tripNs = 0;

  constructor(spec: BatchSpec) {
    this.#spec = spec;
  }

  get transport(): Transport {
    return this.#spec.transport;
  }

  /** Bytes under way at once. */
  get load(): number {
    return this.#spec.bytes * this.#spec.window;
  }

  get isSlow(): boolean {
    return this.#tripNs > slowNs;
  }

  /** Makes a batch of trips. Gives how the other side died, where it did. */
  async run(round: number, seq: number): Promise<string | undefined> {
    const { gone } = this.#spec.opened;
    const made = this.#make(round, seq).then(
      () => undefined,
      async (error: unknown) => (await Promise.race([gone, idle(deathMs)])) ?? wordsOf(error),
    );
    return gone === undefined ? made : Promise.race([made, gone]);
  }

  async #make(round: number, seq: number): Promise<void> {
    const { opened, shape, bytes, window } = this.#spec;
    const payload = payloadOf(shape, bytes);
    const paths = [opened.nearPath ?? threadPath(), opened.farPath] as const;
    const time = async (count: number) => {
      const before = paths.map(cpuNsAt);
      const spanNs = await opened.trips(payload, count, window);
      const cpuNs = paths.map(cpuNsAt).map((after, side) => after && after - (before[side] ?? Number.NaN));
      return { count, spanNs, cpuNs };
    };
    // The first ones are cold and do not count.
    if (this.#count === 0) this.#count = (await untilLong(window, time)).count;
    const { count, spanNs, cpuNs } = await untilLong(this.#count, time);
    const messages = 2 * count;
    const [near, far] = cpuNs;
    this.#count = count;
    this.#tripNs = spanNs / count;
    this.#samples.push({
      round,
      seq,
      wayNs: spanNs / messages,
      ...(near === undefined ? {} : { nearCpuNs: near / messages }),
      ...(far === undefined ? {} : { farCpuNs: far / messages }),
    });
  }

  stream(): MessageStream {
    const { transport, shape, bytes, window } = this.#spec;
    return { transport: transport.id, shape, bytes, window, samples: this.#samples };
  }
}

/** Payloads that were made, since many batches send the same. */
const payloads = new Map<string, unknown>();

function payloadOf(shape: Shape, bytes: number): unknown {
  const key = `${shape} ${bytes}`;
  const payload = payloads.get(key) ?? makePayload(shape, bytes);
  payloads.set(key, payload);
  return payload;
}

/** Times so many trips, and then more and more of them, until they take long enough. */
async function untilLong<T extends { readonly spanNs: number }>(
  least: number,
  time: (count: number) => Promise<T>,
): Promise<T> {
  let count = least;
  for (;;) {
    const timed = await time(count);
    const { spanNs } = timed;
    if (spanNs >= batchNs || count >= mostTrips) return timed;
    count = Math.min(mostTrips, Math.ceil(count * Math.max(2, Math.min(8, batchNs / spanNs))));
  }
}

/** The first line: what a child wrote before it died would fill a page. */
function wordsOf(error: unknown): string {
  return String(error).split("\n")[0] as string;
}
