import { setTimeout as idle } from "node:timers/promises";
import type { Burst, Footprint, Growth } from "../../base/spawn-result.ts";
import { median } from "../../model/median.ts";
import { theilSen } from "../../model/theil-sen.ts";
import type { Held, OpenMethod } from "./launcher.ts";
import { type ProcessMemory, processMemory } from "./process-memory.ts";

/** What was found out with many children at once. */
export interface Crowd {
  readonly footprint?: Footprint;
  readonly growth: Growth;
  readonly burst: Burst;
}

/** A newborn still allocates for a moment after its first word. */
const settleMs = 200;
/** Children that are born beside each count of idle ones. */
const bornBeside = 3;
const bursts = 3;

/**
 * Keeps more and more children alive; at each count, weighs the family and makes the next child. Then makes as many at once.
 *
 * A child's weight is the slope of the whole family's proportional set over the number of children, since no single
 * reading tells how pages are shared.
 *
 * @param counts how many idle children there are, ascending.
 * @param signal ends it after the child in hand.
 * @returns `undefined` where the method has no children that stay.
 */
export async function measureCrowd(
  method: OpenMethod,
  counts: readonly number[],
  signal?: AbortSignal,
): Promise<Crowd | undefined> {
  if (method.hold === undefined) return undefined;
  const held: Held[] = [];
  const weights: { x: number; y: number }[] = [];
  const births: { alive: number; goneNs: number }[] = [];
  let children: ProcessMemory[] = [];
  try {
    for (const count of counts) {
      while (held.length < count && !signal?.aborted) held.push(await method.hold());
      if (signal?.aborted) break;
      await idle(settleMs);
      children = held.flatMap(({ pid }) => (pid === undefined ? [] : (processMemory(pid) ?? [])));
      const own = processMemory(method.parent ?? "self");
      if (own !== undefined)
        weights.push({ x: count, y: [own, ...children].reduce((sum, memory) => sum + memory.pss, 0) });
      for (let child = 0; child < bornBeside; child++) {
        const { callNs, goneNs } = await method.bear();
        births.push({ alive: count, goneNs: goneNs - callNs });
      }
    }
  } finally {
    await Promise.all(held.map((child) => child.release()));
  }
  const pssBytes = theilSen(weights);
  return {
    ...(Number.isNaN(pssBytes) ? {} : { footprint: { pssBytes, ...ofChildren(children) } }),
    growth: { births, nsPerChild: theilSen(births.map(({ alive, goneNs }) => ({ x: alive, y: goneNs }))) },
    burst: await measureBurst(method, Math.max(1, ...counts), signal),
  };
}

function ofChildren(children: readonly ProcessMemory[]): Partial<Footprint> {
  if (children.length === 0) return {};
  return {
    ussBytes: median(children.map((memory) => memory.uss)),
    rssBytes: median(children.map((memory) => memory.rss)),
  };
}

async function measureBurst(method: OpenMethod, children: number, signal?: AbortSignal): Promise<Burst> {
  const spansNs: number[] = [];
  while (spansNs.length < bursts && !signal?.aborted) {
    spansNs.push(await (method.burst?.(children) ?? burstOf(method, children)));
  }
  return { children, spansNs };
}

async function burstOf(method: OpenMethod, children: number): Promise<number> {
  const stamps = await Promise.all(Array.from({ length: children }, () => method.bear()));
  const ends = stamps.map(({ goneNs }) => goneNs);
  return Math.max(...ends) - Math.min(...stamps.map(({ callNs }) => callNs));
}
