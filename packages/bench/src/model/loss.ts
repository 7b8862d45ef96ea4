import type { Cell, Sample } from "../base/sample.ts";
import type { Loss, LossTree } from "../base/scaling-result.ts";

/**
 * Divides the workers' time, p · T(p), into parts; the shares add up to one.
 *
 * The parts are sums over all rounds, so that the identity is exact. They are, in the order of `Loss`:
 *
 * - the time of the serial loop, the useful share
 * - further CPU time: caches, memory, two threads on a core, compilation and garbage collection in each isolate
 * - time ready to run without a CPU
 * - the hypervisor's and the quota's share, both counted over all CPUs
 * - other delays
 * - time after a worker has ended and before the last one ends
 * - messages to the workers and back
 *
 * Source: after the efficiency tree of the POP Centre of Excellence.
 *
 * @returns `undefined` where the system does not report CPU times, or reports none for work of a few microseconds.
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
  if (cpu === 0) return undefined;
  const useful = add((_, base) => base.spanNs * growth);
  const waiting = add((sample) => sum(sample.waitNs));
  const balance = add((sample) => sum(ends(sample).map((end) => Math.max(...ends(sample)) - end)));
  const dispatch = add((sample) => sum(sample.offsetsNs) + cell.workers * (sample.spanNs - Math.max(...ends(sample))));
  const steal = add((sample) => sample.stealNs);
  const throttled = add((sample) => sample.throttledNs);
  const other = add((sample) => sum(sample.busyNs)) - cpu - waiting - steal - throttled;
  return {
    useful: useful / whole,
    inflation: (cpu - useful) / whole,
    waiting: waiting / whole,
    steal: steal / whole,
    throttled: throttled / whole,
    other: other / whole,
    balance: balance / whole,
    dispatch: dispatch / whole,
  };
}

/**
 * The useful share as a product: T_s/T(1) · T(1)/CPU(1) · CPU(1)/CPU(p) · CPU(p)/(p·T(p)). Each factor is a ratio of
 * sums over all rounds, so that the product is exact.
 *
 * Source: after the efficiency tree of the POP Centre of Excellence.
 *
 * @returns `undefined` where the system does not report CPU times, or reports none for work of a few microseconds.
 */
export function lossTreeOf(cell: Cell, one: Cell, serial: Cell): LossTree | undefined {
  const rounds = cell.samples.flatMap((sample) => {
    const [alone, base] = [one, serial].map((other) =>
      other.samples.find(({ round, launch }) => round === sample.round && launch === sample.launch),
    );
    if (alone === undefined || base === undefined || sample.cpuNs.length < cell.workers) return [];
    return [{ sample, alone, base }];
  });
  if (rounds.length === 0) return undefined;
  const total = (part: (round: (typeof rounds)[number]) => number) =>
    rounds.reduce((all, round) => all + part(round), 0);
  const growth = (other: Cell) => cell.copies / other.copies;
  const serialNs = total(({ base }) => base.spanNs) * growth(serial);
  const oneNs = total(({ alone }) => alone.spanNs) * growth(one);
  const oneCpuNs = total(({ alone }) => sum(alone.cpuNs)) * growth(one);
  const cpuNs = total(({ sample }) => sum(sample.cpuNs));
  if (oneCpuNs === 0 || cpuNs === 0) return undefined;
  return {
    poolTax: serialNs / oneNs,
    helpers: oneNs / oneCpuNs,
    inflation: oneCpuNs / cpuNs,
    utilisation: cpuNs / total(({ sample }) => cell.workers * sample.spanNs),
  };
}

/** When each worker ended, from the call. */
function ends(sample: Sample): number[] {
  return sample.offsetsNs.map((offset, at) => offset + (sample.busyNs[at] as number));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
