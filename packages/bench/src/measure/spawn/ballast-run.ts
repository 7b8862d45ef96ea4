import { setTimeout as sleep } from "node:timers/promises";
import { shuffled } from "../../base/random.ts";
import type { Ballast, ChildTimes, SpawnResult, SpawnRow } from "../../base/spawn-result.ts";
import { leastRounds } from "../../model/statistic/median.ts";
import { monotonicNs } from "../machine/monotonic-clock.ts";
import type { Launcher, OpenLauncher } from "./launcher.ts";
import { type LiveChildren, liveChildrenNs, measureLiveChildren } from "./live-children.ts";
import type { SpawnOptions } from "./spawn-options.ts";

/** Pause before each child. */
const pauseMs = 5;
/** Children that open a launcher, before the rounds. */
const openingChildren = 2;
/** How many times the time limit six rounds may take: with fewer there is no 95 % interval. */
const mostOverrun = 3;
const defaultAlive: readonly number[] = [0, 1, 2, 4, 8];
const defaultBursts = 3;

interface RunLimits {
  readonly rounds: number;
  readonly maxTimeNs: number;
  readonly random: () => number;
}

/** Expected time of the rounds from `round` on, each of which takes `eachNs`. */
function roundsNs(eachNs: number, left: { rounds: number; maxTimeNs: number; round: number }): number {
  const most = Math.min((left.rounds - left.round) * eachNs, left.maxTimeNs);
  return Math.max(most, Math.min(left.rounds, leastRounds - left.round) * eachNs, 0);
}

/** The measurement of all launchers under one ballast. */
export class BallastRun {
  readonly #ballast: Ballast;
  readonly #launchers: readonly Launcher[];
  readonly #options: SpawnOptions;
  /** When the first run began. */
  readonly #originNs: number;
  /** The launchers of each run that follows. */
  readonly #later: readonly (readonly Launcher[])[];
  readonly #open = new Map<string, OpenLauncher>();
  /** Why a launcher is unavailable, by its id. */
  readonly #unavailable = new Map<string, string>();
  readonly #starts = new Map<string, ChildTimes[]>();
  /** How long one child takes, by its launcher's id. */
  readonly #childNs = new Map<string, number>();
  #beginNs = 0;
  /** Expected time of the runs that follow. */
  #laterNs = 0;
  #seq = 0;

  constructor(
    ballast: Ballast,
    launchers: readonly Launcher[],
    options: SpawnOptions,
    { originNs, later }: { readonly originNs: number; readonly later: readonly (readonly Launcher[])[] },
  ) {
    this.#ballast = ballast;
    this.#launchers = launchers;
    this.#options = options;
    this.#originNs = originNs;
    this.#later = later;
  }

  async measure(limits: RunLimits): Promise<SpawnResult["design"]["stoppedBy"]> {
    for (const launcher of this.#launchers) {
      if (this.#options.signal?.aborted) return "interrupted";
      this.#options.onProgress?.({
        subject: launcher.id,
        doing: "opening",
        share: 0,
        leftNs: Number.POSITIVE_INFINITY,
      });
      await this.#openLauncher(launcher);
    }
    this.#beginNs = monotonicNs();
    for (let round = 0; round < limits.rounds; round++) {
      for (const launcher of shuffled(this.#launchers, limits.random)) {
        if (this.#options.signal?.aborted) return "interrupted";
        const elapsedNs = monotonicNs() - this.#beginNs;
        if (elapsedNs >= limits.maxTimeNs * (round < leastRounds ? mostOverrun : 1)) return "max-time";
        this.#reportProgress(launcher.id, `child ${round + 1}`, this.#leftNs(limits, round));
        await this.#runChild(launcher, round);
      }
    }
    return "rounds";
  }

  /** Expected time of the rounds from `round` on, of the live children and of the runs that follow. */
  #leftNs({ rounds, maxTimeNs }: RunLimits, round: number): number {
    const elapsedNs = monotonicNs() - this.#beginNs;
    const own = roundsNs(this.#roundNs(this.#launchers), { rounds, maxTimeNs: maxTimeNs - elapsedNs, round });
    this.#laterNs = this.#later
      .map((launchers) => this.#roundNs(launchers))
      .reduce((sum, each) => sum + openingChildren * each + roundsNs(each, { rounds, maxTimeNs, round: 0 }), 0);
    return own + this.#liveNs(0) + this.#laterNs;
  }

  /** Expected time of one child by each launcher, by the time that children took until now. */
  #roundNs(launchers: readonly Launcher[]): number {
    return launchers.reduce((sum, { id }) => sum + (this.#childNs.get(id) ?? 0), 0);
  }

  /** Expected time of the live children of the launchers from a place on. */
  #liveNs(from: number): number {
    const { alive = defaultAlive, bursts = defaultBursts } = this.#options;
    if (alive.length === 0 || this.#ballast.bytes > 0) return 0;
    const left = this.#launchers.slice(from).filter(({ id }) => this.#open.get(id)?.startIdle !== undefined);
    const each = left.map(({ id }) => liveChildrenNs(this.#childNs.get(id) ?? 0, { counts: alive, bursts }));
    return each.reduce((sum, ns) => sum + ns, 0);
  }

  #reportProgress(subject: string, doing: string, leftNs: number): void {
    const elapsedNs = monotonicNs() - this.#originNs;
    this.#options.onProgress?.({ subject, doing, share: elapsedNs / (elapsedNs + leftNs), leftNs });
  }

  async #openLauncher(launcher: Launcher): Promise<void> {
    this.#starts.set(launcher.id, []);
    try {
      const opened = await launcher.open(this.#ballast);
      this.#open.set(launcher.id, opened);
      // The first child is not measured: it also starts the fork server, fills caches and compiles code. The second one
      // shows how long the run will take. There are `openingChildren` of them.
      await opened.runChild();
      const { callNs, goneNs } = await opened.runChild();
      this.#childNs.set(launcher.id, goneNs - callNs + pauseMs * 1e6);
    } catch (error) {
      this.#unavailable.set(launcher.id, error instanceof Error ? error.message : String(error));
    }
  }

  async #runChild({ id }: Launcher, round: number): Promise<void> {
    const launcher = this.#open.get(id);
    if (launcher === undefined || this.#unavailable.has(id)) return;
    await sleep(pauseMs);
    try {
      const { callNs, ...stamps } = await launcher.runChild();
      const tookNs = stamps.goneNs - callNs + pauseMs * 1e6;
      this.#childNs.set(id, (tookNs + 3 * (this.#childNs.get(id) ?? tookNs)) / 4);
      const since = Object.entries(stamps).map(([name, ns]) => [name, (ns as number) - callNs]);
      this.#starts.get(id)?.push({ round, seq: this.#seq++, ...(Object.fromEntries(since) as typeof stamps) });
    } catch (error) {
      // After Ctrl-C a failure says nothing about the launcher: the terminal may have ended the child.
      if (!this.#options.signal?.aborted)
        this.#unavailable.set(id, error instanceof Error ? error.message : String(error));
    }
  }

  /** Measures live children, closes the launchers, and returns the rows of the result. */
  async close(): Promise<SpawnRow[]> {
    const rows: SpawnRow[] = [];
    for (const [at, { id, title, family }] of this.#launchers.entries()) {
      this.#reportProgress(id, "many at once", this.#liveNs(at) + this.#laterNs);
      const liveChildren = await this.#measureLiveChildren(id);
      // close() rejects when the helper program has exited already.
      await this.#open
        .get(id)
        ?.close?.()
        .catch(() => {});
      const unavailable = this.#unavailable.get(id);
      rows.push({
        method: id,
        title,
        family,
        ballast: this.#ballast,
        starts: this.#starts.get(id) ?? [],
        ...(unavailable === undefined ? {} : { unavailable }),
        ...liveChildren,
      });
    }
    return rows;
  }

  async #measureLiveChildren(id: string): Promise<LiveChildren | undefined> {
    const { alive = defaultAlive, bursts = defaultBursts, signal } = this.#options;
    const launcher = this.#open.get(id);
    if (
      alive.length === 0 ||
      signal?.aborted ||
      this.#ballast.bytes > 0 ||
      launcher === undefined ||
      this.#unavailable.has(id)
    )
      return undefined;
    try {
      return await measureLiveChildren(launcher, { counts: alive, bursts, signal });
    } catch (error) {
      if (!signal?.aborted) this.#unavailable.set(id, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }
}
