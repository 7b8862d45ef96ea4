import { setTimeout as idle } from "node:timers/promises";
import type { Footprint } from "../base/spawn-result.ts";
import { median } from "../model/median.ts";
import { theilSen } from "../model/theil-sen.ts";
import { type ProcessMemory, processMemory } from "./process-memory.ts";
import type { Held, OpenMethod } from "./spawn-method.ts";

/** How many children are alive when the family is weighed. */
const counts = [0, 1, 2, 4];
/** A newborn still allocates for a moment after its first word. */
const settleMs = 200;

/**
 * Weighs one child: the slope of the whole family's proportional set over the number of children, since no single
 * reading tells how pages are shared.
 *
 * @returns `undefined` where the system or the method does not allow it.
 */
export async function weigh(method: OpenMethod): Promise<Footprint | undefined> {
  if (method.hold === undefined || processMemory("self") === undefined) return undefined;
  const held: Held[] = [];
  const points: { x: number; y: number }[] = [];
  let children: ProcessMemory[] = [];
  try {
    for (const count of counts) {
      while (held.length < count) held.push(await method.hold());
      await idle(settleMs);
      children = held.flatMap(({ pid }) => (pid === undefined ? [] : (processMemory(pid) ?? [])));
      const all = [processMemory("self") as ProcessMemory, ...children];
      points.push({ x: count, y: all.reduce((sum, memory) => sum + memory.pss, 0) });
    }
  } finally {
    await Promise.all(held.map((child) => child.release()));
  }
  if (children.length === 0) return { pssBytes: theilSen(points) };
  return {
    pssBytes: theilSen(points),
    ussBytes: median(children.map((memory) => memory.uss)),
    rssBytes: median(children.map((memory) => memory.rss)),
  };
}
