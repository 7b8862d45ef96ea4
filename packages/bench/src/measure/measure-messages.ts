import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { describeEnvironment } from "../base/environment.ts";
import type { MessageCell, MessageResult, MessageSample, Shape, TransportInfo } from "../base/message-result.ts";
import { seededRandom, shuffled } from "../base/random.ts";
import { schemaVersion } from "../base/scaling-result.ts";
import { tool } from "../base/tool.ts";
import { detectUsableCpus } from "../base/usable-cpus.ts";
import type { Warning } from "../base/warning.ts";
import { fitMessages } from "../model/message-fit.ts";
import { makePayload } from "./payload.ts";
import type { Progress } from "./scaling-plan.ts";
import { setupWarnings } from "./setup-warning.ts";
import { now, threadTimes } from "./thread-clock.ts";
import type { OpenTransport, Transport } from "./transport.ts";
import { transports } from "./transports.ts";

/** What to measure, and how long. */
export interface MessageOptions {
  /** Ids of transports. Default: all that there are. */
  readonly transports?: readonly string[];
  /** Sizes of the payload, in bytes. Default: 0, 64, 512, 4 Ki… 16 Mi. */
  readonly sizes?: readonly number[];
  /** Default: bytes and strings. */
  readonly shapes?: readonly Shape[];
  /** Default: 7. */
  readonly rounds?: number;
  /** In milliseconds. Default: 60 000. */
  readonly maxTimeMs?: number;
  /** Repeats the order of an earlier run. Default: drawn at random. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

const defaultSizes = [0, ...Array.from({ length: 7 }, (_, power) => 64 * 8 ** power)];
/** Long enough that the clock and the first wake-up do not matter. */
const batchNs = 5e6;

/**
 * Measures what a message costs one way, there and back being two, by every transport, shape and size.
 *
 * Each payload kind is sent once first and must come back equal. Then each round runs every cell's batch in a random order.
 *
 * @throws {RangeError} when a transport's id is unknown; the message lists those that there are.
 */
export async function measureMessages(options: MessageOptions = {}): Promise<MessageResult> {
  const { sizes = defaultSizes, shapes = ["bytes", "string"], rounds = 7, maxTimeMs = 60_000 } = options;
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
      const { id, title, family } = transport;
      try {
        const opened = await transport.open();
        open.push(opened);
        for (const shape of transport.shapes.filter((candidate) => shapes.includes(candidate))) {
          await checkEcho(opened, shape);
          for (const bytes of sizes) batches.push(new Batch(transport, opened, shape, bytes));
        }
        infos.push({ id, title, family });
      } catch (error) {
        const unavailable = error instanceof Error ? error.message : String(error);
        infos.push({ id, title, family, unavailable });
        warnings.push({ code: "unavailable", severity: "note", subject: id, text: `Not available: ${unavailable}` });
      }
    }
    stoppedBy = await runRounds(batches, { rounds, maxTimeNs: maxTimeMs * 1e6, random: seededRandom(seed) }, options);
  } finally {
    await Promise.all(open.map((transport) => transport.close()));
  }
  const cells = batches.map((batch) => batch.cell());
  return {
    schemaVersion,
    kind: "message",
    tool,
    startedAt: startedAt.toISOString(),
    durationNs: now() - originNs,
    context: describeEnvironment(detectUsableCpus()),
    design: { seed, rounds, sizes, shapes, stoppedBy },
    transports: infos,
    cells,
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
      await batch.run(round, seq++);
    }
  }
  return "rounds";
}

/** One transport with one shape and size, and its samples. */
class Batch {
  readonly transport: Transport;
  readonly #open: OpenTransport;
  readonly #shape: Shape;
  readonly #bytes: number;
  readonly #samples: MessageSample[] = [];
  #payload: unknown;
  /** Trips a batch; found out by the first trips. */
  #count = 0;

  constructor(transport: Transport, open: OpenTransport, shape: Shape, bytes: number) {
    this.transport = transport;
    this.#open = open;
    this.#shape = shape;
    this.#bytes = bytes;
  }

  async run(round: number, seq: number): Promise<void> {
    this.#payload ??= makePayload(this.#shape, this.#bytes);
    const payload = this.#payload;
    if (this.#count === 0) this.#count = await enoughTrips((count) => this.#open.pingPong(payload, count));
    const messages = 2 * this.#count;
    const near = threadTimes();
    const far = cpuAt(this.#open.farPath);
    const spanNs = await this.#open.pingPong(payload, this.#count);
    const nearAfter = threadTimes();
    const farAfter = cpuAt(this.#open.farPath);
    const foreign = this.transport.family === "native" || this.transport.family === "python";
    this.#samples.push({
      round,
      seq,
      wayNs: spanNs / messages,
      ...(near && nearAfter && !foreign ? { nearCpuNs: (nearAfter.cpuNs - near.cpuNs) / messages } : {}),
      ...(far === undefined || farAfter === undefined ? {} : { farCpuNs: (farAfter - far) / messages }),
    });
  }

  cell(): MessageCell {
    return { transport: this.transport.id, shape: this.#shape, bytes: this.#bytes, samples: this.#samples };
  }
}

/** How many trips a batch needs: more and more, until one is long enough; the first ones are cold and do not count. */
async function enoughTrips(pingPong: (count: number) => Promise<number>): Promise<number> {
  let count = 1;
  for (;;) {
    const spanNs = await pingPong(count);
    if (spanNs >= batchNs || count >= 4000) return count;
    count = Math.min(4000, Math.ceil(count * Math.max(2, Math.min(8, batchNs / spanNs))));
  }
}

/** CPU time of a thread by its path in /proc, in nanoseconds. */
function cpuAt(path: string | undefined): number | undefined {
  if (!path) return undefined;
  try {
    return Number(readFileSync(`${path}/schedstat`, "utf8").split(" ")[0]);
  } catch {
    return undefined;
  }
}
