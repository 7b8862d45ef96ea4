import type { Job } from "../../kernel/kernel.ts";
import { now } from "./shared-clock.ts";

/** How one isolate reached its steady speed. */
export interface WarmUp {
  /** Time of each call in order, in nanoseconds; every call does the same chunks. */
  readonly callsNs: readonly number[];
  /** False when the cap came first: the isolate may still have been getting faster. */
  readonly steady: boolean;
}

const leastCalls = 6;
/** The cap, in shortest warm-ups. */
const capTimes = 10;
const tolerance = 0.02;

/**
 * Runs part of the job in this isolate until three calls in a row take as long as the three before them.
 *
 * Each isolate compiles for itself, so each must do this. A call does every n-th chunk, so that it sees cheap and dear
 * chunks alike and takes about a sixteenth of the job.
 *
 * @param leastNs shortest time, in nanoseconds; ten times that is the longest. 0 leaves the warm-up out.
 */
export function warmUp(job: Job, leastNs: number): WarmUp {
  if (leastNs === 0) return { callsNs: [], steady: true };
  const stride = Math.max(1, Math.floor(job.chunks / Math.max(4, Math.ceil(job.chunks / 16))));
  const callsNs: number[] = [];
  const begin = now();
  for (;;) {
    const start = now();
    for (let chunk = 0; chunk < job.chunks; chunk += stride) job.run(chunk);
    const end = now();
    callsNs.push(end - start);
    const steady = isSteady(callsNs);
    if (callsNs.length >= leastCalls && end - begin >= leastNs && steady) return { callsNs, steady };
    if (end - begin >= capTimes * leastNs) return { callsNs, steady };
  }
}

/** True when the median of the last three is within 2 % of the median of the three before. */
export function isSteady(callsNs: readonly number[]): boolean {
  if (callsNs.length < leastCalls) return false;
  const last = middle(callsNs.slice(-3));
  const before = middle(callsNs.slice(-6, -3));
  return Math.abs(last / before - 1) <= tolerance;
}

function middle(three: readonly number[]): number {
  return [...three].sort((a, b) => a - b)[1] as number;
}
