import { findCycle, findStuck } from "./find-deadlock.ts";
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

/** The cycles among long waits, a line each. */
export function describeDeadlocks(waits: readonly PublishedWait[]): string[] {
  const stuck = findStuck(waits);
  const lines = new Map<string, string>();
  for (const wait of stuck) {
    const cycle = findCycle(stuck, wait);
    const key = cycle
      .map((each) => each.key)
      .sort()
      .join();
    if (!lines.has(key)) lines.set(key, `deadlock: ${describeCycle(cycle).join(", and ")}`);
  }
  return [...lines.values()];
}
