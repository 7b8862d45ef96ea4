import type { Cell, Sample } from "../base/sample.ts";
import type { Loss } from "../base/scaling-result.ts";

/**
 * Divides the workers' time, p · T(p), into what it was spent on; the shares add up to one.
 *
 * Sums over all rounds, so that the identity is exact. The parts: the serial loop's own time (this share is the
 * efficiency); CPU time beyond it (caches, memory, two threads on a core, compiling and collecting in each isolate);
 * ready but without a CPU; held up otherwise (the hypervisor, page faults); done before the last worker; and on the way
 * to the workers and back.
 *
 * @returns `undefined` where the system does not tell CPU times.
 *
 * Source: after the efficiency tree of the POP Centre of Excellence.
 */
export function lossOf(cell: Cell, serial: Cell): Loss | undefined {
  const pairs = cell.samples.flatMap((sample) => {
    const base = serial.samples.find((other) => other.round === sample.round && other.launch === sample.launch);
    return base === undefined || sample.cpuNs.length < cell.workers ? [] : [{ sample, base }];
  });
  if (pairs.length === 0) return undefined;
  const growth = cell.copies / serial.copies;
  const add = (part: (sample: Sample, base: Sample) => number) =>
    pairs.reduce((total, { sample, base }) => total + part(sample, base), 0);
  const whole = add((sample) => cell.workers * sample.spanNs);
  const cpu = add((sample) => sum(sample.cpuNs));
  const useful = add((_, base) => base.spanNs * growth);
  const waiting = add((sample) => sum(sample.waitNs));
  const balance = add((sample) => sum(ends(sample).map((end) => Math.max(...ends(sample)) - end)));
  const dispatch = add((sample) => sum(sample.offsetsNs) + cell.workers * (sample.spanNs - Math.max(...ends(sample))));
  const other = add((sample) => sum(sample.busyNs)) - cpu - waiting;
  return {
    useful: useful / whole,
    inflation: (cpu - useful) / whole,
    waiting: waiting / whole,
    other: other / whole,
    balance: balance / whole,
    dispatch: dispatch / whole,
  };
}

/** When each worker ended, from the call. */
function ends(sample: Sample): number[] {
  return sample.offsetsNs.map((offset, at) => offset + (sample.busyNs[at] as number));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
