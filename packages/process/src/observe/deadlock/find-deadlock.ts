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
}

/**
 * Finds the waits that cannot end: all units of what they wait for are held by waits that cannot end either.
 *
 * It starts with all waits, and removes those of which a unit is held by no wait, until none is left to remove. A
 * holder that is slow is no wait, so that waits for it are not found.
 *
 * Source: R. C. Holt, "Some Deadlock Properties of Computer Systems" (1972), reduction of a resource graph.
 */
export function findStuck<W extends GraphWait>(waits: readonly W[]): Set<W> {
  const stuck = new Set(waits);
  for (let isChanged = true; isChanged; ) {
    isChanged = false;
    const held = countHeld(stuck);
    for (const wait of stuck) {
      if (wait.units > 0 && (held.get(wait.resource) ?? 0) >= wait.units) continue;
      stuck.delete(wait);
      isChanged = true;
    }
  }
  return stuck;
}

/**
 * Finds a cycle among waits that cannot end: each waits for what the next one holds, the last for what the first holds.
 *
 * @param from where the search begins; the cycle may not contain it.
 */
export function findCycle<W extends GraphWait>(stuck: ReadonlySet<W>, from: W): W[] {
  const path: W[] = [];
  let at = from;
  while (!path.includes(at)) {
    path.push(at);
    const { resource } = at;
    const holders = [...stuck].filter(({ holds }) => holds.includes(resource));
    at = (holders.find((holder) => !path.includes(holder)) ?? holders[0]) as W;
  }
  return path.slice(path.indexOf(at));
}

function countHeld(waits: Iterable<GraphWait>): Map<string, number> {
  const held = new Map<string, number>();
  for (const { holds } of waits) for (const resource of holds) held.set(resource, (held.get(resource) ?? 0) + 1);
  return held;
}
