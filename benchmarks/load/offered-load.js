// Calls that arrive at a given rate, whether the pool keeps up or not, as requests of clients do.
import { createHash } from "node:crypto";
import { QueueFullError } from "@manyhands/process";

/** What became of the calls that arrived. Times are in milliseconds. */
export class Outcome {
  /** From the time at which a call was due: if the event loop is late, its callers wait for that too. */
  accepted = [];
  /** From the call. */
  rejected = [];
  offered = 0;
}

/** A task of fixed work: hashes of hashes. Its answer is the same for the same number. */
export function hashTimes(times) {
  let hash = Buffer.alloc(32);
  for (let i = 0; i < times; i++) hash = createHash("sha256").update(hash).digest();
  return hash.toString("hex");
}

/**
 * Offers calls of {@link hashTimes} to a pool at an even rate, and waits until each has settled.
 *
 * @param {import("@manyhands/process").Pool} pool
 * @param {{ perSecond: number, forMs: number, times: number, answer: string }} load
 * @returns {Promise<Outcome>}
 * @throws {Error} when a call has a wrong answer, or fails for another reason than a full queue.
 */
export async function offer(pool, { perSecond, forMs, times, answer }) {
  const outcome = new Outcome();
  const calls = [];
  const began = performance.now();
  const call = async (dueAt) => {
    outcome.offered += 1;
    const calledAt = performance.now();
    try {
      if ((await pool.apply(hashTimes, [times])) !== answer) throw new Error("a wrong answer");
      outcome.accepted.push(performance.now() - dueAt);
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      outcome.rejected.push(performance.now() - calledAt);
    }
  };
  const total = Math.floor((perSecond * forMs) / 1000);
  while (calls.length < total) {
    const now = performance.now();
    for (let dueAt = nextDue(); dueAt <= now && calls.length < total; dueAt = nextDue()) calls.push(call(dueAt));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(calls);
  return outcome;

  function nextDue() {
    return began + (calls.length * 1000) / perSecond;
  }
}

/** How many calls a pool answers in a second, when it always has some to take. */
export async function capacityOf(pool, { times, answer, forMs, inFlight }) {
  const began = performance.now();
  let count = 0;
  const client = async () => {
    while (performance.now() - began < forMs) {
      if ((await pool.apply(hashTimes, [times])) !== answer) throw new Error("a wrong answer");
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  return (count * 1000) / (performance.now() - began);
}

/** The value below which a share of the values is; 0 for none. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
