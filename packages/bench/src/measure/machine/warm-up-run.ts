import type { Job } from "../../kernel/kernel.ts";
import { monotonicNs } from "./monotonic-clock.ts";

/** The warm-up of one isolate. */
export interface WarmUpRun {
  /** Duration of each call, in nanoseconds. Every call does the same chunks. */
  readonly callsNs: readonly number[];
  /** False when the time limit ended the warm-up: the isolate may not have reached its final speed. */
  readonly steady: boolean;
}

const leastCalls = 6;
/** The time limit, as a multiple of the shortest warm-up. */
const limitFactor = 10;
const tolerance = 0.02;

/**
 * Runs part of the job in this isolate until three calls in a row take as long as the three before them.
 *
 * Each isolate compiles its own code, so each one warms up. A call does every n-th chunk: these are cheap and
 * expensive ones alike, and together about a sixteenth of the job.
 *
 * @param leastNs shortest time, in nanoseconds; the longest is ten times that. 0 skips the warm-up.
 */
export function warmUp(job: Job, leastNs: number): WarmUpRun {
  if (leastNs === 0) return { callsNs: [], steady: true };
  const stride = Math.max(1, Math.floor(job.chunks / Math.max(4, Math.ceil(job.chunks / 16))));
  const callsNs: number[] = [];
  const begin = monotonicNs();
  for (;;) {
    const start = monotonicNs();
    for (let chunk = 0; chunk < job.chunks; chunk += stride) job.run(chunk);
    const end = monotonicNs();
    callsNs.push(end - start);
    const steady = isSteady(callsNs);
    if (callsNs.length >= leastCalls && end - begin >= leastNs && steady) return { callsNs, steady };
    if (end - begin >= limitFactor * leastNs) return { callsNs, steady };
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
