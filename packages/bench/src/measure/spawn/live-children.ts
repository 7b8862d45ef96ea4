import { setTimeout as sleep } from "node:timers/promises";
import type { Burst, Footprint, Growth } from "../../base/spawn-result.ts";
import { median } from "../../model/statistic/median.ts";
import { theilSen } from "../../model/statistic/theil-sen.ts";
import type { IdleChild, OpenLauncher } from "./launcher.ts";
import { type ProcessMemory, processMemory } from "./process-memory.ts";

/** What several children that are alive at once cost. */
export interface LiveChildren {
  readonly footprint?: Footprint;
  readonly growth: Growth;
  readonly burst: Burst;
}

/** A child still allocates memory for a moment after its first message. */
const settleMs = 200;
/** Children that are started at each count of idle ones. */
const childrenPerCount = 3;

/** Which children are alive at once, and until when. */
export interface LiveChildrenPlan {
  /** Numbers of idle children, ascending. */
  readonly counts: readonly number[];
  /** How often as many children are started at once. */
  readonly bursts: number;
  /** Ends the measurement after the current child. */
  readonly signal?: AbortSignal | undefined;
}

/** The expected time of the measurement, in nanoseconds, when one child takes `childNs`. */
export function liveChildrenNs(childNs: number, { counts, bursts }: LiveChildrenPlan): number {
  const most = Math.max(1, ...counts);
  const children = most + counts.length * childrenPerCount + (bursts * most) / 2;
  return children * childNs + counts.length * settleMs * 1e6;
}

/**
 * Starts more and more idle children. At each count it reads the memory of the process tree and measures further
 * children. Finally it starts as many children at once.
 *
 * The memory of a child is the slope of the process tree's proportional set size over the number of children: one
 * reading does not show how pages are shared.
 *
 * @returns `undefined` where the launcher cannot start idle children.
 */
export async function measureLiveChildren(
  launcher: OpenLauncher,
  { counts, bursts, signal }: LiveChildrenPlan,
): Promise<LiveChildren | undefined> {
  if (launcher.startIdle === undefined) return undefined;
  const idleChildren: IdleChild[] = [];
  const treeSizes: { x: number; y: number }[] = [];
  const starts: { alive: number; goneNs: number }[] = [];
  let children: ProcessMemory[] = [];
  try {
    for (const count of counts) {
      while (idleChildren.length < count && !signal?.aborted) idleChildren.push(await launcher.startIdle());
      if (signal?.aborted) break;
      await sleep(settleMs);
      children = idleChildren.flatMap(({ pid }) => (pid === undefined ? [] : (processMemory(pid) ?? [])));
      const own = processMemory(launcher.parent ?? "self");
      if (own !== undefined)
        treeSizes.push({ x: count, y: [own, ...children].reduce((sum, memory) => sum + memory.pss, 0) });
      for (let child = 0; child < childrenPerCount; child++) {
        const { callNs, goneNs } = await launcher.runChild();
        starts.push({ alive: count, goneNs: goneNs - callNs });
      }
    }
  } finally {
    await Promise.all(idleChildren.map((child) => child.release()));
  }
  const pssBytes = theilSen(treeSizes);
  return {
    ...(Number.isNaN(pssBytes) ? {} : { footprint: { pssBytes, ...ofChildren(children) } }),
    growth: { starts, nsPerChild: theilSen(starts.map(({ alive, goneNs }) => ({ x: alive, y: goneNs }))) },
    burst: await measureBursts(launcher, Math.max(1, ...counts), { bursts, signal }),
  };
}

function ofChildren(children: readonly ProcessMemory[]): Partial<Footprint> {
  if (children.length === 0) return {};
  return {
    ussBytes: median(children.map((memory) => memory.uss)),
    rssBytes: median(children.map((memory) => memory.rss)),
  };
}

async function measureBursts(
  launcher: OpenLauncher,
  children: number,
  { bursts, signal }: Pick<LiveChildrenPlan, "bursts" | "signal">,
): Promise<Burst> {
  const spansNs: number[] = [];
  while (spansNs.length < bursts && !signal?.aborted) {
    spansNs.push(await (launcher.runBurst?.(children) ?? burstOf(launcher, children)));
  }
  return { children, spansNs };
}

async function burstOf(launcher: OpenLauncher, children: number): Promise<number> {
  const stamps = await Promise.all(Array.from({ length: children }, () => launcher.runChild()));
  const ends = stamps.map(({ goneNs }) => goneNs);
  return Math.max(...ends) - Math.min(...stamps.map(({ callNs }) => callNs));
}
