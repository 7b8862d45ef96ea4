import { setTimeout as idle } from "node:timers/promises";
import { describeEnvironment } from "../../base/environment.ts";
import { seededRandom, shuffled } from "../../base/random.ts";
import { schemaVersion } from "../../base/scaling-result.ts";
import type { Ballast, Birth, ParentMemory, SpawnResult, SpawnRow } from "../../base/spawn-result.ts";
import { tool } from "../../base/tool.ts";
import { detectUsableCpus } from "../../base/usable-cpus.ts";
import type { Warning } from "../../base/warning.ts";
import { setupWarnings } from "../machine/setup-warning.ts";
import { now } from "../machine/shared-clock.ts";
import type { Progress } from "../scaling/scaling-plan.ts";
import { holdBallast } from "./ballast.ts";
import type { OpenMethod, SpawnMethod } from "./launcher.ts";
import { spawnMethods } from "./launchers.ts";
import { type Crowd, measureCrowd } from "./live-children.ts";
import { parentMemory } from "./process-memory.ts";

/** What to measure, and how long. */
export interface SpawnOptions {
  /** Ids of methods. Default: all that there are. */
  readonly methods?: readonly string[];
  /** Children of each method. Default: 30. */
  readonly rounds?: number;
  /** For each ballast, in milliseconds. Default: 45 000. */
  readonly maxTimeMs?: number;
  /** What this process holds while it makes children. Default: nothing. */
  readonly ballasts?: readonly Ballast[];
  /**
   * Counts of idle children beside which each method is weighed and makes the next one, ascending; as many as the last
   * are then made at once. Default: 0, 1, 2, 4, 8. None leaves this out.
   */
  readonly alive?: readonly number[];
  /** Kept with the result, for the reader. */
  readonly context?: Record<string, string>;
  /** Repeats the order of an earlier run. Default: drawn at random. */
  readonly seed?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/** Quiet time between births. */
const pauseMs = 5;
const nothing: Ballast = { kind: "buffer", bytes: 0 };

/**
 * Measures what a child costs by every way there is: how long the caller is blocked, when the child runs, answers and is
 * gone, and what memory it takes.
 *
 * Each round makes one child by each method, in a random order, one at a time.
 *
 * @throws {RangeError} when a method's id is unknown; the message lists those that there are.
 */
export async function measureSpawn(options: SpawnOptions = {}): Promise<SpawnResult> {
  const { rounds = 30, maxTimeMs = 45_000, ballasts = [nothing], seed = Math.floor(Math.random() * 2 ** 31) } = options;
  const methods = chooseMethods(options.methods);
  const cpus = detectUsableCpus();
  const startedAt = new Date();
  const originNs = now();
  const rows: SpawnRow[] = [];
  const parents: ParentMemory[] = [];
  const random = seededRandom(seed);
  let stoppedBy: SpawnResult["design"]["stoppedBy"] = "rounds";
  for (const ballast of ballasts) {
    const held = [holdBallast(ballast)];
    parents.push(...[parentMemory(ballast)].filter((memory) => memory !== undefined));
    const chosen = methods.filter((method) => ballast.bytes === 0 || method.feelsBallast);
    const run = new BallastRun(ballast, chosen, options);
    stoppedBy = await run.measure({ rounds, maxTimeNs: maxTimeMs * 1e6, random });
    rows.push(...(await run.close()));
    // Let go only now: until here the collector must leave it.
    held.length = 0;
  }
  if (options.signal?.aborted) stoppedBy = "interrupted";
  return {
    schemaVersion,
    kind: "spawn",
    tool,
    startedAt: startedAt.toISOString(),
    durationNs: now() - originNs,
    context: describeEnvironment(cpus, options.context),
    design: { seed, rounds, stoppedBy },
    rows,
    parents,
    warnings: [...setupWarnings(cpus, []), ...missing(rows)],
  };
}

function chooseMethods(ids: readonly string[] | undefined): readonly SpawnMethod[] {
  const all = spawnMethods();
  return (ids ?? all.map((method) => method.id)).map((id) => {
    const method = all.find((candidate) => candidate.id === id);
    if (method !== undefined) return method;
    throw new RangeError(
      `Cannot measure "${id}": no such method; there are ${all.map((other) => other.id).join(", ")}`,
    );
  });
}

/** What could not be measured at all, and what began and then failed. */
function missing(rows: readonly SpawnRow[]): Warning[] {
  return rows.flatMap(({ method, births, unavailable }): Warning[] => {
    if (unavailable === undefined) return [];
    if (births.length === 0)
      return [{ code: "unavailable", severity: "note", subject: method, text: `Not available: ${unavailable}` }];
    const text = `Cannot measure to the end: ${unavailable}; what was measured until then is kept`;
    return [{ code: "failed", severity: "invalid", subject: method, text }];
  });
}

/** All methods under one ballast. */
class BallastRun {
  readonly #ballast: Ballast;
  readonly #methods: readonly SpawnMethod[];
  readonly #options: SpawnOptions;
  readonly #open = new Map<string, OpenMethod>();
  readonly #why = new Map<string, string>();
  readonly #births = new Map<string, Birth[]>();
  #seq = 0;

  constructor(ballast: Ballast, methods: readonly SpawnMethod[], options: SpawnOptions) {
    this.#ballast = ballast;
    this.#methods = methods;
    this.#options = options;
  }

  async measure(limits: {
    rounds: number;
    maxTimeNs: number;
    random: () => number;
  }): Promise<SpawnResult["design"]["stoppedBy"]> {
    for (const method of this.#methods) {
      if (this.#options.signal?.aborted) return "interrupted";
      this.#options.onProgress?.({ subject: method.id, doing: "opening", share: 0, leftNs: Number.POSITIVE_INFINITY });
      await this.#openMethod(method);
    }
    const beginNs = now();
    for (let round = 0; round < limits.rounds; round++) {
      for (const method of shuffled(this.#methods, limits.random)) {
        if (this.#options.signal?.aborted) return "interrupted";
        const elapsed = (now() - beginNs) / limits.maxTimeNs;
        if (elapsed >= 1) return "max-time";
        const share = Math.max(elapsed, round / limits.rounds);
        const leftNs = (1 - share) * limits.maxTimeNs;
        this.#options.onProgress?.({ subject: method.id, doing: `child ${round + 1}`, share, leftNs });
        await this.#bear(method, round);
      }
    }
    return "rounds";
  }

  async #openMethod(method: SpawnMethod): Promise<void> {
    this.#births.set(method.id, []);
    try {
      const opened = await method.open(this.#ballast);
      this.#open.set(method.id, opened);
      // The first one pays for what is only done once: a fork server, caches, code that was not compiled yet.
      await opened.bear();
    } catch (error) {
      this.#why.set(method.id, error instanceof Error ? error.message : String(error));
    }
  }

  async #bear({ id }: SpawnMethod, round: number): Promise<void> {
    const method = this.#open.get(id);
    if (method === undefined || this.#why.has(id)) return;
    await idle(pauseMs);
    try {
      const { callNs, ...stamps } = await method.bear();
      const since = Object.entries(stamps).map(([name, ns]) => [name, (ns as number) - callNs]);
      this.#births.get(id)?.push({ round, seq: this.#seq++, ...(Object.fromEntries(since) as typeof stamps) });
    } catch (error) {
      // A child that is born while Ctrl-C is pressed may die of it; that says nothing about its method.
      if (!this.#options.signal?.aborted) this.#why.set(id, error instanceof Error ? error.message : String(error));
    }
  }

  /** Crowds, closes, and gives the rows. */
  async close(): Promise<SpawnRow[]> {
    const rows: SpawnRow[] = [];
    const beginNs = now();
    for (const [at, { id, title, family }] of this.#methods.entries()) {
      const leftNs = at === 0 ? Number.POSITIVE_INFINITY : ((now() - beginNs) * (this.#methods.length - at)) / at;
      this.#options.onProgress?.({ subject: id, doing: "many at once", share: at / this.#methods.length, leftNs });
      const crowd = await this.#crowd(id);
      // One whose helper program died cannot be closed in good order, and need not be.
      await this.#open
        .get(id)
        ?.close?.()
        .catch(() => {});
      const unavailable = this.#why.get(id);
      rows.push({
        method: id,
        title,
        family,
        ballast: this.#ballast,
        births: this.#births.get(id) ?? [],
        ...(unavailable === undefined ? {} : { unavailable }),
        ...crowd,
      });
    }
    return rows;
  }

  async #crowd(id: string): Promise<Crowd | undefined> {
    const { alive = [0, 1, 2, 4, 8], signal } = this.#options;
    const method = this.#open.get(id);
    if (alive.length === 0 || signal?.aborted || this.#ballast.bytes > 0 || method === undefined || this.#why.has(id))
      return undefined;
    try {
      return await measureCrowd(method, alive, signal);
    } catch (error) {
      if (!signal?.aborted) this.#why.set(id, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}
