/** A wait of a thread, or of a flow of calls in it, as the finder of deadlocks sees it. */
export interface GraphWait {
  /** Distinguishes it from all other waits. */
  readonly key: string;
  /** What it waits for. */
  readonly resource: string;
  /** How many units of the resource there are: it waits until one of their holders continues. */
  readonly units: number;
  /** The units that are held until this wait ends; a resource is listed once for each of its units. */
  readonly holds: readonly string[];
  /** Units that other code of a thread may release: they are held while the thread does not continue. Default: none. */
  readonly releasable?: readonly string[];
  /** The names of that thread. */
  readonly releasers?: readonly string[];
  /**
   * The names of the thread that continues when this wait or another wait of it ends. Default: none, as for a flow of a
   * thread that is blocked by another wait.
   */
  readonly thread?: readonly string[];
  /** The threads of which each may end it, in place of holders: it waits until one of them continues. */
  readonly enders?: readonly string[];
}

/**
 * Finds the waits that cannot end: all units of what they wait for are held by waits that cannot end either, or all
 * threads that may end them have only such waits. A unit that any code of a thread may release counts as held only
 * while all waits of that thread are stuck.
 *
 * It starts with all waits, and removes those that a unit's holder or a thread may end, until none is left to remove. A
 * holder or a thread that is slow does not wait, so that waits for it are not found.
 *
 * Source: R. C. Holt, "Some Deadlock Properties of Computer Systems" (1972), reduction of a resource graph.
 */
export function findStuck<W extends GraphWait>(waits: readonly W[]): Set<W> {
  const stuck = new Set(waits);
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    const blocked = blockedThreads(waits, stuck);
    const held = countHeld(stuck, blocked);
    for (const wait of stuck) {
      if (cannotEnd(wait, held, blocked)) continue;
      stuck.delete(wait);
      isChanged = true;
    }
  }
  return stuck;
}

/**
 * Finds a cycle among waits that cannot end: each waits for the next one, and the last for the first.
 *
 * @param from what the cycle contains, when it is on one; else the cycle is one that it leads to.
 */
export function findCycle<W extends GraphWait>(stuck: ReadonlySet<W>, from: W): W[] {
  const reached = new Set([from]);
  for (const wait of reached) {
    const cycle = shortestCycle(stuck, wait);
    if (cycle !== undefined) return cycle;
    for (const next of nextWaits(stuck, wait)) reached.add(next);
  }
  return [from];
}

function shortestCycle<W extends GraphWait>(stuck: ReadonlySet<W>, from: W): W[] | undefined {
  const before = new Map<W, W>();
  const reached = new Set([from]);
  for (const wait of reached) {
    for (const next of nextWaits(stuck, wait)) {
      if (next === from) return pathTo(wait, before);
      if (reached.has(next)) continue;
      before.set(next, wait);
      reached.add(next);
    }
  }
  return undefined;
}

function pathTo<W>(last: W, before: ReadonlyMap<W, W>): W[] {
  const path = [last];
  for (let at = before.get(last); at !== undefined; at = before.get(at)) path.unshift(at);
  return path;
}

/** The waits of which one must end first, those of other threads before those of its own. */
function nextWaits<W extends GraphWait>(stuck: ReadonlySet<W>, wait: W): W[] {
  const { resource, enders } = wait;
  if (enders === undefined) return [...stuck].filter((next) => unitsOf(next).includes(resource));
  const next = [...stuck].filter(({ thread = [] }) => thread.some((name) => enders.includes(name)));
  return next.sort((a, b) => Number(a === wait) - Number(b === wait));
}

function cannotEnd(wait: GraphWait, held: ReadonlyMap<string, number>, blocked: ReadonlySet<string>): boolean {
  const { resource, units, enders } = wait;
  if (enders !== undefined) return enders.length > 0 && enders.every((name) => blocked.has(name));
  return units > 0 && (held.get(resource) ?? 0) >= units;
}

/** The names of the threads that have waits, all of which are stuck. */
function blockedThreads(waits: readonly GraphWait[], stuck: ReadonlySet<GraphWait>): Set<string> {
  const blocked = new Set<string>();
  for (const { thread = [] } of stuck) for (const name of thread) blocked.add(name);
  for (const wait of waits) if (!stuck.has(wait)) for (const name of wait.thread ?? []) blocked.delete(name);
  return blocked;
}

function countHeld(stuck: Iterable<GraphWait>, blocked: ReadonlySet<string>): Map<string, number> {
  const held = new Map<string, number>();
  for (const wait of stuck) {
    const { holds, releasers = [] } = wait;
    const isBlocked = releasers.some((name) => blocked.has(name));
    for (const unit of isBlocked ? unitsOf(wait) : holds) held.set(unit, (held.get(unit) ?? 0) + 1);
  }
  return held;
}

/** All units that a wait holds. */
export function unitsOf({ holds, releasable = [] }: GraphWait): readonly string[] {
  return releasable.length === 0 ? holds : [...holds, ...releasable];
}
