import type { Job } from "../../kernel/kernel.ts";
import { now } from "../machine/shared-clock.ts";

/** The results of one worker's chunks, with the numbers of these chunks. */
export interface Portion {
  readonly chunks: readonly number[];
  readonly parts: readonly unknown[];
  /** When each chunk ended, on the machine-wide clock; present when asked for. */
  readonly endsNs?: readonly number[];
}

/**
 * Does chunks of `copies` copies of a job until `next` runs out; chunk c of copy k has the number k · chunks + c.
 *
 * @param next gives the next chunk's number; anything from the total up ends the work.
 * @param traced whether to tell when each chunk ended, which takes time of its own.
 */
export function work(job: Job, copies: number, next: () => number, traced = false): Portion {
  const total = job.chunks * copies;
  const chunks: number[] = [];
  const parts: unknown[] = [];
  const endsNs: number[] = [];
  for (let chunk = next(); chunk < total; chunk = next()) {
    chunks.push(chunk);
    parts.push(job.run(chunk % job.chunks));
    if (traced) endsNs.push(now());
  }
  return { chunks, parts, ...(traced ? { endsNs } : {}) };
}

/** Puts the portions together and checks every copy's answer. Gives what is wrong, or `undefined`. */
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
  if (done !== total) return `${done} chunks were done, ${total} were to be done`;
  for (let copy = 0; copy < copies; copy++) {
    const wrong = job.check(parts.slice(copy * job.chunks, (copy + 1) * job.chunks));
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}
