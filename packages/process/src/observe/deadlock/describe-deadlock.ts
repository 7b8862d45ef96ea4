import { findCycle, findStuck, unitsOf } from "./find-deadlock.ts";
import type { PublishedWait } from "./wait-board.ts";

/** The message of the error that ends a wait of a cycle. @param steps those of {@link describeCycle}. */
export function deadlockMessage(
  wait: PublishedWait,
  cycle: readonly PublishedWait[],
  steps: readonly string[],
): string {
  const clauses = steps.join(", and ");
  if (wait.kind === "lock") {
    const failed = `Cannot acquire ${wait.object}, a deadlock: ${clauses}`;
    if (cycle.length === 1) return `${failed}; release it first, or use an RLock`;
    return `${failed}; acquire locks in the same order everywhere`;
  }
  const failed = `Cannot wait for ${wait.object}, a deadlock: ${clauses}`;
  if (cycle.some(({ act }) => act === "could read"))
    return `${failed}; read the queue before join(), or call close({ flush: false }) on it in the child`;
  if (cycle.some(({ act }) => act === "could put")) return `${failed}; put what the child gets before join()`;
  return `${failed}; release the lock before join()`;
}

/** A clause for each wait of a cycle. */
export function describeCycle(cycle: readonly PublishedWait[]): string[] {
  return cycle.map(({ who, object, act }, i) => {
    const next = cycle[(i + 1) % cycle.length] as PublishedWait;
    const waits = `${who} waits for ${object}`;
    if (act === "ends") return waits;
    return `${waits}, which ${next.who === who ? `it ${act} itself` : `${next.who} ${act}`}`;
  });
}

/**
 * The cycles among long waits, a line each. After those that cannot end, it names those that end only if their program
 * releases a lock in other code than that which acquired it.
 */
export function describeDeadlocks(waits: readonly PublishedWait[]): string[] {
  const sure = cyclesOf(waits);
  const possible = cyclesOf(waits.map((wait) => ({ ...wait, holds: unitsOf(wait), releasable: [] })));
  for (const key of sure.keys()) possible.delete(key);
  return [
    ...[...sure.values()].map((cycle) => `deadlock: ${describeCycle(cycle).join(", and ")}`),
    ...[...possible.values()].map((cycle) => `perhaps a deadlock: ${describeCycle(cycle).join(", and ")}`),
  ];
}

/** Each cycle by its waits. */
function cyclesOf(waits: readonly PublishedWait[]): Map<string, PublishedWait[]> {
  const cycles = new Map<string, PublishedWait[]>();
  const stuck = findStuck(waits);
  for (const wait of stuck) {
    const cycle = findCycle(stuck, wait);
    const keys = cycle.map(({ key }) => key).sort();
    if (!cycles.has(keys.join())) cycles.set(keys.join(), cycle);
  }
  return cycles;
}
