import { setTimeout as idle } from "node:timers/promises";
import type { MessageSample, MessageStream, Shape } from "../../base/message-result.ts";
import { readThreadCpuNs, threadProcPath } from "../machine/thread-times.ts";
import { makePayload } from "./message-payload.ts";
import type { OpenTransport, Transport } from "./transport.ts";

/**
 * Shortest batch: the clock's resolution and the first wake-up do not matter in it, and the system updates its CPU
 * times within it.
 */
const batchNs = 5e6;
const mostRoundTrips = 4000;
/** A cell whose round trip takes longer is measured in three rounds only. */
const slowNs = 1e8;
/** How long to wait for the exit status of the far side after a message failed. */
const exitStatusMs = 100;

/** What a batch sends, and by which transport. */
export interface MessageBatchSpec {
  readonly transport: Transport;
  readonly opened: OpenTransport;
  readonly shape: Shape;
  readonly bytes: number;
  readonly window: number;
}

/** One transport with one shape, size and window, and its samples. */
export class MessageBatch {
  readonly #spec: MessageBatchSpec;
  readonly #samples: MessageSample[] = [];
  /** Round trips of a batch. Chosen by the first trips, and raised when a later batch is too short. */
  #count = 0;
  #roundTripNs = 0;

  constructor(spec: MessageBatchSpec) {
    this.#spec = spec;
  }

  get transport(): Transport {
    return this.#spec.transport;
  }

  /** Bytes in flight at once. */
  get bytesInFlight(): number {
    return this.#spec.bytes * this.#spec.window;
  }

  get isSlow(): boolean {
    return this.#roundTripNs > slowNs;
  }

  /**
   * Measures one batch of round trips.
   *
   * @returns how the far side exited, when it did.
   */
  async run(round: number, seq: number): Promise<string | undefined> {
    const { exited } = this.#spec.opened;
    const measured = this.#measure(round, seq).then(
      () => undefined,
      async (error: unknown) => (await Promise.race([exited, idle(exitStatusMs)])) ?? firstLineOf(error),
    );
    return exited === undefined ? measured : Promise.race([measured, exited]);
  }

  async #measure(round: number, seq: number): Promise<void> {
    const { opened, shape, bytes, window } = this.#spec;
    const payload = payloadOf(shape, bytes);
    const paths = [opened.nearPath ?? threadProcPath(), opened.farPath] as const;
    const time = async (count: number) => {
      const before = paths.map(readThreadCpuNs);
      const spanNs = await opened.roundTrips(payload, count, window);
      const cpuNs = paths.map(readThreadCpuNs).map((after, side) => after && after - (before[side] ?? Number.NaN));
      return { count, spanNs, cpuNs };
    };
    // The first round trips run cold code, so they only choose the count.
    if (this.#count === 0) this.#count = (await repeatUntilLong(window, time)).count;
    const { count, spanNs, cpuNs } = await repeatUntilLong(this.#count, time);
    const messages = 2 * count;
    const [near, far] = cpuNs;
    this.#count = count;
    this.#roundTripNs = spanNs / count;
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

/** Payloads by shape and size: many batches send the same one. */
const payloads = new Map<string, unknown>();

function payloadOf(shape: Shape, bytes: number): unknown {
  const key = `${shape} ${bytes}`;
  const payload = payloads.get(key) ?? makePayload(shape, bytes);
  payloads.set(key, payload);
  return payload;
}

/** Times `least` round trips, then more and more of them, until they take long enough. */
async function repeatUntilLong<T extends { readonly spanNs: number }>(
  least: number,
  time: (count: number) => Promise<T>,
): Promise<T> {
  let count = least;
  for (;;) {
    const timed = await time(count);
    const { spanNs } = timed;
    if (spanNs >= batchNs || count >= mostRoundTrips) return timed;
    count = Math.min(mostRoundTrips, Math.ceil(count * Math.max(2, Math.min(8, batchNs / spanNs))));
  }
}

/** The first line of an error's text: the rest is the stderr tail of the child. */
function firstLineOf(error: unknown): string {
  return String(error).split("\n")[0] as string;
}
