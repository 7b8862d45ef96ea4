import { isDeepStrictEqual } from "node:util";
import { serialize } from "node:v8";
import { getAllStartMethods, getContext, type Pool, type StartMethodName, type Target } from "@manyhands/process";
import type { Advice, AdviceRow } from "../../base/advice.ts";
import { BenchError, exitCodes } from "../../base/bench-error.ts";
import { seededRandom, shuffled } from "../../base/random.ts";
import { leastRounds, median } from "../../model/statistic/median.ts";
import { pairedRatio } from "../../model/statistic/ratio.ts";
import { monotonicNs } from "../machine/monotonic-clock.ts";
import type { Progress } from "../progress.ts";
import { loadWork, runItem } from "./advised-target.ts";

/** What to measure, and how long. */
export interface AdviceOptions {
  /** URL of the user's module. */
  readonly module: string;
  /** The name of the exported function. */
  readonly name: string;
  readonly work: (item: unknown) => unknown;
  readonly items: readonly unknown[];
  /** Numbers of workers. */
  readonly workers: readonly number[];
  /** In milliseconds; six rounds are measured even when they take longer. */
  readonly maxTimeMs: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** Longest time of the plain loop in a round: with more work, only the first items run. */
const longestLoopNs = 3e8;
const mostRounds = 20;

const functions = { loadWork, runItem };

/** A function of the target module: by its name, and itself for a fork, which inherits it. */
function target(method: StartMethodName, name: keyof typeof functions): Target {
  return method === "fork" ? functions[name] : { module: new URL("./advised-target.js", import.meta.url), name };
}

/** One way, with its pool and its times by round. */
interface Way {
  readonly method: StartMethodName;
  readonly workers: number;
  readonly chunkSize: number;
  readonly startNs: number;
  readonly pool: Pool;
  readonly spansNs: number[];
}

/**
 * Runs a function over its items in a plain loop and in pools of every start method, with several chunk sizes and
 * counts of workers. All ways run in every round, in random order.
 *
 * @throws {BenchError} when a pool gives another answer than the plain loop.
 */
export async function measureAdvice(options: AdviceOptions): Promise<Advice> {
  const { name, work, signal } = options;
  const items = fittingItems(options);
  const expected = items.map((item) => work(item));
  const pools: Pool[] = [];
  try {
    const ways: Way[] = [];
    for (const method of getAllStartMethods())
      for (const workers of options.workers) {
        if (signal?.aborted) break;
        options.onProgress?.({ subject: method, doing: "starting", share: 0, leftNs: Number.POSITIVE_INFINITY });
        const pool = newPool(method, workers, options);
        pools.push(pool);
        const startNs = await firstAnswerNs(pool, method, options);
        for (const chunkSize of chunkSizes(items.length, workers))
          ways.push({ method, workers, chunkSize, startNs, pool, spansNs: [] });
      }
    for (const way of ways)
      if (!isDeepStrictEqual(await run(way, items), expected))
        throw new BenchError(`Cannot advise: ${name}() gives another answer by ${way.method}`, exitCodes.wrongAnswer);
    const loopNs = await measureRounds(ways, items, options);
    const itemNs = median(loopNs) / items.length;
    const rows = ways.map((way) => toRow(way, loopNs, { itemNs, items: items.length }));
    const [best] = rows.filter(({ speedUp }) => speedUp.low > 1).sort((a, b) => b.speedUp.value - a.speedUp.value);
    return {
      ...{ name, items: items.length, itemNs, rounds: loopNs.length, rows },
      itemBytes: median(items.map((item) => serialize(item).byteLength)),
      resultBytes: median(expected.map((result) => serialize(result).byteLength)),
      ...(best === undefined ? {} : { best }),
    };
  } finally {
    for (const pool of pools) pool.terminate();
    await Promise.all(pools.map((pool) => pool.join()));
  }
}

/** The first items, as many as the plain loop runs in the longest time of a round; it is warmed up by them too. */
function fittingItems({ items, work, workers }: AdviceOptions): readonly unknown[] {
  const begin = monotonicNs();
  let count = 0;
  while (count < items.length && (count < 2 * Math.max(...workers) || monotonicNs() - begin < longestLoopNs))
    work(items[count++]);
  return items.slice(0, count);
}

/** One item a chunk, and so many that each worker gets four chunks. */
function chunkSizes(items: number, workers: number): number[] {
  return [...new Set([1, Math.max(1, Math.ceil(items / (4 * workers)))])];
}

function newPool(method: StartMethodName, workers: number, { module, name }: AdviceOptions): Pool {
  return new (getContext(method).Pool)({
    processes: workers,
    initializer: target(method, "loadWork"),
    initArgs: [module, name],
  });
}

/** The time until a new pool has its first answer. */
async function firstAnswerNs(pool: Pool, method: StartMethodName, { items }: AdviceOptions): Promise<number> {
  const begin = monotonicNs();
  await pool.apply(target(method, "runItem"), [items[0]]);
  return monotonicNs() - begin;
}

function run({ method, pool, chunkSize }: Way, items: readonly unknown[]): Promise<unknown[]> {
  return pool.map(target(method, "runItem"), items, { chunkSize }) as Promise<unknown[]>;
}

/** Returns the times of the plain loop; the ways keep theirs. An incomplete round is dropped. */
async function measureRounds(
  ways: readonly Way[],
  items: readonly unknown[],
  { name, work, maxTimeMs, signal, onProgress }: AdviceOptions,
): Promise<number[]> {
  const random = seededRandom(1);
  const loopNs: number[] = [];
  const begin = monotonicNs();
  const limitNs = maxTimeMs * 1e6;
  while (loopNs.length < mostRounds && !signal?.aborted) {
    const elapsedNs = monotonicNs() - begin;
    if (loopNs.length >= leastRounds && elapsedNs >= limitNs) break;
    const roundNs = elapsedNs / loopNs.length;
    const leftNs = Math.max(limitNs - elapsedNs, (leastRounds - loopNs.length) * roundNs, roundNs);
    const share = Math.min(0.99, elapsedNs / (elapsedNs + leftNs)) || 0;
    onProgress?.({ subject: name, doing: `round ${loopNs.length + 1}`, share, leftNs });
    for (const way of shuffled([undefined, ...ways], random)) {
      const startNs = monotonicNs();
      if (way === undefined) for (const item of items) work(item);
      else await run(way, items);
      (way?.spansNs ?? loopNs).push(monotonicNs() - startNs);
    }
  }
  return loopNs;
}

function toRow(
  { method, workers, chunkSize, startNs, spansNs }: Way,
  loopNs: readonly number[],
  { itemNs, items }: { itemNs: number; items: number },
): AdviceRow {
  const gainNs = itemNs - median(spansNs) / items;
  const breakEven = gainNs > 0 ? Math.ceil(startNs / gainNs) : Number.POSITIVE_INFINITY;
  return { method, workers, chunkSize, startNs, speedUp: pairedRatio(loopNs, spansNs), breakEven };
}
