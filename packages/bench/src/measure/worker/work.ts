import type { Job } from "../../kernel/kernel.ts";
import { monotonicNs } from "../machine/monotonic-clock.ts";

/** The chunks that one worker did, and their results. */
export interface Portion {
  /** Numbers of the chunks, in the order in which they were done. */
  readonly chunks: readonly number[];
  /** The result of each of these chunks. */
  readonly parts: readonly unknown[];
  /** When each chunk ended, on the machine-wide monotonic clock; present in a traced run. */
  readonly endsNs?: readonly number[];
}

/**
 * Does the chunks that `next` gives. Chunk c of copy k has the number k · chunks + c.
 *
 * @param next gives the next chunk's number; a number beyond the last chunk ends the loop.
 * @param traced whether to record when each chunk ended, which itself takes time.
 */
export function runChunks(job: Job, copies: number, next: () => number, traced = false): Portion {
  const total = job.chunks * copies;
  const chunks: number[] = [];
  const parts: unknown[] = [];
  const endsNs: number[] = [];
  for (let chunk = next(); chunk < total; chunk = next()) {
    chunks.push(chunk);
    parts.push(job.run(chunk % job.chunks));
    if (traced) endsNs.push(monotonicNs());
  }
  return { chunks, parts, ...(traced ? { endsNs } : {}) };
}

/**
 * Combines the portions of all workers and checks the answer of every copy.
 *
 * @returns what is wrong, or `undefined`.
 */
export function checkWork(job: Job, copies: number, portions: readonly Portion[]): string | undefined {
  const total = job.chunks * copies;
  const parts = new Array<unknown>(total);
  let done = 0;
  for (const portion of portions) {
    portion.chunks.forEach((chunk, at) => {
      parts[chunk] = portion.parts[at];
      done++;
    });
  }
  if (done !== total) return `${done} chunks were done, ${total} were expected`;
  for (let copy = 0; copy < copies; copy++) {
    const wrong = job.check(parts.slice(copy * job.chunks, (copy + 1) * job.chunks));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
