import { setTimeout as idle } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { describeEnvironment } from "../base/environment.ts";
import type { MessageResult, MessageSample, MessageStream, Shape, TransportInfo } from "../base/message-result.ts";
import { seededRandom, shuffled } from "../base/random.ts";
import { schemaVersion } from "../base/scaling-result.ts";
import { tool } from "../base/tool.ts";
import { detectUsableCpus } from "../base/usable-cpus.ts";
import type { Warning } from "../base/warning.ts";
import { fitMessages } from "../model/message-fit.ts";
import { makePayload } from "./payload.ts";
import type { Progress } from "./scaling-plan.ts";
import { setupWarnings } from "./setup-warning.ts";
import { cpuNsAt, now, threadPath } from "./thread-clock.ts";
import type { OpenTransport, Transport } from "./transport.ts";
import { transports } from "./transports.ts";

/** What to measure, and how long. */
export interface MessageOptions {
  /** Ids of transports. Default: all that there are. */
  readonly transports?: readonly string[];
  /** Sizes of the payload, in bytes. Default: 0, 32, 256, 2 Ki… 64 Mi. */
  readonly sizes?: readonly number[];
  /** Default: bytes and strings. */
  readonly shapes?: readonly Shape[];
  /**
   * Messages under way at once. One is a message at a time, which is always measured; more are streams, for sizes of
   * which all together take 16 MiB at most. Default: 1 and 16.
   */
  readonly windows?: readonly number[];
  /** Default: 7; at most 3 where a single trip takes longer than 0.2 s. */
  readonly rounds?: number;
  /** In milliseconds. Default: 90 000. */
  readonly maxTimeMs?: number;
  /** Repeats the order of an earlier run. Default: drawn at random. */
  readonly seed?: number;
  /** Kept with the result, for the reader. */
  readonly context?: Record<string, string>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** From nothing to 64 MiB, by eights. */
export const messageSizes: readonly number[] = [0, ...Array.from({ length: 8 }, (_, power) => 32 * 8 ** power)];
/** What all messages of a stream that are under way may take together. */
const mostUnderWay = 2 ** 24;
/** Long enough that the clock and the first wake-up do not matter. */
const batchNs = 5e6;
const mostTrips = 4000;
/** A trip that takes longer is made in three rounds only. */
const slowNs = 2e8;
/** How long another side may take to end in good order, after what it is doing. */
const closeMs = 5000;

/**
 * Measures what a message costs one way, there and back being two, by every transport, shape and size.
 *
 * Each payload kind is sent once first and must come back equal. Then each round runs every cell's batch in a random order.
 *
 * @throws {RangeError} when a transport's id is unknown; the message lists those that there are.
 */
export async function measureMessages(options: MessageOptions = {}): Promise<MessageResult> {
  const { sizes = messageSizes, shapes = ["bytes", "string"], rounds = 7, maxTimeMs = 90_000 } = options;
  const windows = [...new Set(options.windows ?? [1, 16])].filter((window) => window > 1);
  const { seed = Math.floor(Math.random() * 2 ** 31) } = options;
  const chosen = chooseTransports(options.transports).filter((transport) =>
    transport.shapes.some((shape) => shapes.includes(shape)),
  );
  const startedAt = new Date();
  const originNs = now();
  const warnings: Warning[] = setupWarnings(detectUsableCpus(), []);
  const infos: TransportInfo[] = [];
  const batches: Batch[] = [];
  const open: OpenTransport[] = [];
  let stoppedBy: MessageResult["design"]["stoppedBy"] = "rounds";
  try {
    for (const transport of chosen) {
      if (options.signal?.aborted) break;
      const { id, title, family, reach } = transport;
      options.onProgress?.({ subject: id, doing: "opening", share: 0, leftNs: Number.POSITIVE_INFINITY });
      try {
        const opened = await transport.open();
        open.push(opened);
        for (const shape of transport.shapes.filter((candidate) => shapes.includes(candidate))) {
          await checkEcho(opened, shape);
          const what = { transport, opened, shape };
          for (const bytes of sizes) batches.push(new Batch({ ...what, bytes, window: 1 }));
          if (transport.takesTurns) continue;
          for (const window of windows) {
            const small = sizes.filter((bytes) => bytes * window <= mostUnderWay);
            batches.push(...small.map((bytes) => new Batch({ ...what, bytes, window })));
          }
        }
        infos.push({ id, title, family, reach });
      } catch (error) {
        const unavailable = error instanceof Error ? error.message : String(error);
        infos.push({ id, title, family, reach, unavailable });
        warnings.push({ code: "unavailable", severity: "note", subject: id, text: `Not available: ${unavailable}` });
      }
    }
    stoppedBy = await runRounds(batches, { rounds, maxTimeNs: maxTimeMs * 1e6, random: seededRandom(seed) }, options);
  } finally {
    await Promise.all(open.map(closeInTime));
  }
  const streams = batches.map((batch) => batch.stream());
  const cells = streams.filter(({ window }) => window === 1).map(({ window: _, ...cell }) => cell);
  return {
    schemaVersion,
    kind: "message",
    tool,
    startedAt: startedAt.toISOString(),
    durationNs: now() - originNs,
    context: describeEnvironment(detectUsableCpus(), options.context),
    design: { seed, rounds, sizes, shapes, windows, stoppedBy },
    transports: infos,
    cells,
    streams: streams.filter(({ window }) => window > 1),
    fits: fitMessages(cells),
    warnings,
  };
}

function chooseTransports(ids: readonly string[] | undefined): readonly Transport[] {
  return (ids ?? transports.map((transport) => transport.id)).map((id) => {
    const transport = transports.find((candidate) => candidate.id === id);
    if (transport !== undefined) return transport;
    throw new RangeError(
      `Cannot measure "${id}": no such transport; there are ${transports.map((other) => other.id).join(", ")}`,
    );
  });
}

/** Closes it; one whose other side died or does not come to an end is ended. */
async function closeInTime(transport: OpenTransport): Promise<void> {
  const late = new AbortController();
  const tooLong = idle(closeMs, "late", { signal: late.signal, ref: false }).catch(() => "in time");
  const closed = transport.close().then(
    () => "in time",
    () => "broken",
  );
  const outcome = await Promise.race([closed, tooLong]);
  late.abort();
  if (outcome !== "in time") await transport.abandon?.();
}

async function checkEcho(transport: OpenTransport, shape: Shape): Promise<void> {
  const payload = makePayload(shape, 1000);
  const answer = await transport.echo?.(payload);
  if (transport.echo !== undefined && !isDeepStrictEqual(answer, payload)) {
    throw new Error(`what came back is not the ${shape} that was sent`);
  }
}

async function runRounds(
  batches: readonly Batch[],
  limits: { rounds: number; maxTimeNs: number; random: () => number },
  { signal, onProgress }: MessageOptions,
): Promise<MessageResult["design"]["stoppedBy"]> {
  const beginNs = now();
  // A far side may never answer, or take minutes on a busy machine: neither Ctrl-C nor the time cap waits for it.
  const ended = new Promise<void>((resolve) => {
    setTimeout(resolve, limits.maxTimeNs / 1e6).unref();
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
  let seq = 0;
  for (let round = 0; round < limits.rounds; round++) {
    for (const batch of shuffled(batches, limits.random)) {
      if (signal?.aborted) return "interrupted";
      const elapsed = (now() - beginNs) / limits.maxTimeNs;
      if (elapsed >= 1) return "max-time";
      const share = Math.max(elapsed, seq / (limits.rounds * batches.length));
      onProgress?.({
        subject: batch.transport.id,
        doing: `round ${round + 1}`,
        share,
        leftNs: (1 - share) * limits.maxTimeNs,
      });
      if (round >= 3 && batch.isSlow) continue;
      await Promise.race([batch.run(round, seq++), ended]);
    }
  }
  return "rounds";
}

interface BatchSpec {
  readonly transport: Transport;
  readonly opened: OpenTransport;
  readonly shape: Shape;
  readonly bytes: number;
  readonly window: number;
}

/** One transport with one shape, size and window, and its samples. */
class Batch {
  readonly #spec: BatchSpec;
  readonly #samples: MessageSample[] = [];
  /** Trips a batch; found out by the first trips. */
  #count = 0;
  #tripNs = 0;

  constructor(spec: BatchSpec) {
    this.#spec = spec;
  }

  get transport(): Transport {
    return this.#spec.transport;
  }

  get isSlow(): boolean {
    return this.#tripNs > slowNs;
  }

  async run(round: number, seq: number): Promise<void> {
    const { opened, shape, bytes, window } = this.#spec;
    const payload = payloadOf(shape, bytes);
    if (this.#count === 0) this.#count = await enoughTrips(window, (count) => opened.trips(payload, count, window));
    const messages = 2 * this.#count;
    const paths = [opened.nearPath ?? threadPath(), opened.farPath] as const;
    const before = paths.map(cpuNsAt);
    const spanNs = await opened.trips(payload, this.#count, window);
    const [near, far] = paths.map(cpuNsAt).map((after, side) => after && after - (before[side] ?? Number.NaN));
    this.#tripNs = spanNs / this.#count;
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

/** How many trips a batch needs: more and more, until one is long enough; the first ones are cold and do not count. */
async function enoughTrips(least: number, trips: (count: number) => Promise<number>): Promise<number> {
  let count = least;
  for (;;) {
    const spanNs = await trips(count);
    if (spanNs >= batchNs || count >= mostTrips) return count;
    count = Math.min(mostTrips, Math.ceil(count * Math.max(2, Math.min(8, batchNs / spanNs))));
  }
}
