import { setTimeout as idle } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { describeEnvironment } from "../../base/environment.ts";
import type { MessageResult, Shape, TransportInfo } from "../../base/message-result.ts";
import { seededRandom, shuffled } from "../../base/random.ts";
import { schemaVersion } from "../../base/scaling-result.ts";
import { tool } from "../../base/tool.ts";
import { detectUsableCpus } from "../../base/usable-cpus.ts";
import type { Warning } from "../../base/warning.ts";
import { fitMessages } from "../../model/message-fit.ts";
import { setupWarnings } from "../machine/setup-warning.ts";
import { now } from "../machine/shared-clock.ts";
import type { Progress } from "../scaling/scaling-plan.ts";
import { Batch } from "./message-batch.ts";
import { makePayload } from "./message-sizes.ts";
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
  /** Default: 7; at most 3 where a single trip takes longer than 0.1 s. */
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
/** How long another side may take to end in good order, after what it is doing. */
const closeMs = 5000;

/**
 * Measures what a message costs one way, there and back being two, by every transport, shape and size.
 *
 * Each payload kind is sent once first and must come back equal. Then each round runs every cell's batch in a random
 * order, the first one from small messages to large ones.
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
    const lost = new Map<string, string>();
    const limits = { rounds, maxTimeNs: maxTimeMs * 1e6, random: seededRandom(seed), lost };
    stoppedBy = await runRounds(batches, limits, options);
    for (const [subject, how] of lost) {
      const text = `Cannot measure to the end: the other side died: ${how}; what was measured until then is kept`;
      warnings.push({ code: "failed", severity: "invalid", subject, text });
    }
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
  limits: { rounds: number; maxTimeNs: number; random: () => number; lost: Map<string, string> },
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
    const order = shuffled(batches, limits.random);
    // Where time runs out in the first round already, it is the largest messages that are missing, and not any.
    if (round === 0) order.sort((one, two) => one.load - two.load);
    for (const batch of order) {
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
      if ((round >= 3 && batch.isSlow) || limits.lost.has(batch.transport.id)) continue;
      const lost = await Promise.race([batch.run(round, seq++), ended]);
      // What is interrupted may fail too: a terminal's Ctrl-C reaches children that cannot ignore it yet.
      if (lost !== undefined && !signal?.aborted) limits.lost.set(batch.transport.id, lost);
    }
  }
  return "rounds";
}
