import { setTimeout as idle } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { describeEnvironment } from "../../base/environment.ts";
import type { MessageResult, Shape, TransportInfo } from "../../base/message-result.ts";
import { seededRandom, shuffled } from "../../base/random.ts";
import { schemaVersion } from "../../base/schema-version.ts";
import { tool } from "../../base/tool.ts";
import { detectUsableCpus } from "../../base/usable-cpus.ts";
import type { Warning } from "../../base/warning.ts";
import { fitMessages } from "../../model/message-fit.ts";
import { messageWarnings } from "../../model/noise-warning.ts";
import { leastRounds } from "../../model/statistic/median.ts";
import { monotonicNs } from "../machine/monotonic-clock.ts";
import { setupWarnings } from "../machine/setup-warning.ts";
import type { Progress } from "../progress.ts";
import { MessageBatch } from "./message-batch.ts";
import { makePayload } from "./message-payload.ts";
import type { OpenTransport, Transport } from "./transport.ts";
import { transports } from "./transports.ts";

/** What to measure, and how long. */
export interface MessageOptions {
  /** Ids of transports. Default: all. */
  readonly transports?: readonly string[];
  /** Sizes of the payload, in bytes. Default: 0, 32, 256, 2 Ki… 64 Mi. */
  readonly sizes?: readonly number[];
  /** Default: bytes and strings. */
  readonly shapes?: readonly Shape[];
  /**
   * How many messages are in flight at once. One at a time is always measured. More than one is a stream, which is
   * measured for sizes whose messages in flight take at most 16 MiB together. Default: 1 and 16.
   */
  readonly windows?: readonly number[];
  /** Default: 7; at most 3 where a round trip takes longer than 0.1 s. */
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

/** 0, then 32 B to 64 MiB in steps of 8×. */
export const messageSizes: readonly number[] = [0, ...Array.from({ length: 8 }, (_, power) => 32 * 8 ** power)];
/** Most bytes that the messages of a stream may have in flight together. */
const mostInFlight = 2 ** 24;
/** How many times the time limit six rounds may take: with fewer there is no 95 % interval. */
const mostOverrun = 2;
/** How long a far side may take to finish its current message and end. */
const closeMs = 5000;

/**
 * Measures the time of a message by every transport, shape and size: half of a round trip.
 *
 * First, one message of each shape must come back equal. Then each round runs the batch of every cell once, in random
 * order. The first round goes from small messages to large ones.
 *
 * @throws {RangeError} when a transport's id is unknown; the message lists the known ids.
 */
export async function measureMessages(options: MessageOptions = {}): Promise<MessageResult> {
  const { sizes = messageSizes, shapes = ["bytes", "string"], rounds = 7, maxTimeMs = 90_000 } = options;
  const windows = [...new Set(options.windows ?? [1, 16])].filter((window) => window > 1);
  const { seed = Math.floor(Math.random() * 2 ** 31) } = options;
  const chosen = chooseTransports(options.transports).filter((transport) =>
    transport.shapes.some((shape) => shapes.includes(shape)),
  );
  const startedAt = new Date();
  const originNs = monotonicNs();
  const warnings: Warning[] = setupWarnings(detectUsableCpus(), []);
  const infos: TransportInfo[] = [];
  const batches: MessageBatch[] = [];
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
          const spec = { transport, opened, shape };
          for (const bytes of sizes) batches.push(new MessageBatch({ ...spec, bytes, window: 1 }));
          if (transport.oneAtATime) continue;
          for (const window of windows) {
            const small = sizes.filter((bytes) => bytes * window <= mostInFlight);
            batches.push(...small.map((bytes) => new MessageBatch({ ...spec, bytes, window })));
          }
        }
        infos.push({ id, title, family, reach });
      } catch (error) {
        const unavailable = error instanceof Error ? error.message : String(error);
        infos.push({ id, title, family, reach, unavailable });
        warnings.push({ code: "unavailable", severity: "note", subject: id, text: `Not available: ${unavailable}` });
      }
    }
    const failures = new Map<string, string>();
    const limits = { rounds, maxTimeNs: maxTimeMs * 1e6, random: seededRandom(seed), failures };
    stoppedBy = await runRounds(batches, limits, options);
    for (const [subject, how] of failures) {
      const text = `Cannot measure all rounds: the far side exited: ${how}; the earlier rounds are kept`;
      warnings.push({ code: "failed", severity: "invalid", subject, text });
    }
  } finally {
    await Promise.all(open.map(closeInTime));
  }
  const streams = batches.map((batch) => batch.stream());
  const cells = streams.filter(({ window }) => window === 1).map(({ window: _, ...cell }) => cell);
  warnings.push(...messageWarnings(cells));
  return {
    schemaVersion,
    kind: "message",
    tool,
    startedAt: startedAt.toISOString(),
    durationNs: monotonicNs() - originNs,
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

/** Closes a transport; terminates its far side when that has exited, or does not end in time. */
async function closeInTime(transport: OpenTransport): Promise<void> {
  const late = new AbortController();
  const tooLong = idle(closeMs, "late", { signal: late.signal, ref: false }).catch(() => "in time");
  const closed = transport.close().then(
    () => "in time",
    () => "broken",
  );
  const outcome = await Promise.race([closed, tooLong]);
  late.abort();
  if (outcome !== "in time") await transport.terminate?.();
}

async function checkEcho(transport: OpenTransport, shape: Shape): Promise<void> {
  const payload = makePayload(shape, 1000);
  const answer = await transport.echo?.(payload);
  if (transport.echo !== undefined && !isDeepStrictEqual(answer, payload)) {
    throw new Error(`the answer differs from the ${shape} that was sent`);
  }
}

async function runRounds(
  batches: readonly MessageBatch[],
  limits: { rounds: number; maxTimeNs: number; random: () => number; failures: Map<string, string> },
  { signal, onProgress }: MessageOptions,
): Promise<MessageResult["design"]["stoppedBy"]> {
  const beginNs = monotonicNs();
  // A far side may never answer, or take minutes on a busy machine: Ctrl-C and the time limit do not wait for it.
  const ended = new Promise<void>((resolve) => {
    setTimeout(resolve, (mostOverrun * limits.maxTimeNs) / 1e6).unref();
    signal?.addEventListener("abort", () => resolve(), { once: true });
  });
  let seq = 0;
  for (let round = 0; round < limits.rounds; round++) {
    const order = shuffled(batches, limits.random);
    // If the time runs out in the first round, only the largest messages are missing.
    if (round === 0) order.sort((one, two) => one.bytesInFlight - two.bytesInFlight);
    for (const batch of order) {
      if (signal?.aborted) return "interrupted";
      const elapsedNs = monotonicNs() - beginNs;
      const limitNs = limits.maxTimeNs * (round > 0 && round < leastRounds ? mostOverrun : 1);
      if (elapsedNs >= limitNs) return "max-time";
      const done = seq / (limits.rounds * batches.length);
      const leftNs = round === 0 ? Infinity : Math.min(limitNs - elapsedNs, (elapsedNs * (1 - done)) / done);
      const share = round < leastRounds ? done : Math.max(done, elapsedNs / limitNs);
      onProgress?.({ subject: batch.transport.id, doing: `round ${round + 1}`, share, leftNs });
      if ((round >= 3 && batch.isSlow) || limits.failures.has(batch.transport.id)) continue;
      const failure = await Promise.race([batch.run(round, seq++), ended]);
      // A terminal's Ctrl-C also ends children that do not ignore it yet: after an abort an exit is no failure.
      if (failure !== undefined && !signal?.aborted) limits.failures.set(batch.transport.id, failure);
    }
  }
  return "rounds";
}
