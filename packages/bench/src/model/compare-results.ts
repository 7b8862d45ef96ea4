import type { Comparison, Verdict } from "../base/comparison.ts";
import type { Interval } from "../base/interval.ts";
import type { MessageResult } from "../base/message-result.ts";
import type { ScalingResult } from "../base/scaling-result.ts";
import type { SpawnResult } from "../base/spawn-result.ts";
import { relativeSpeedsOf } from "./relative-speed.ts";
import { leastRounds, medianInterval } from "./statistic/median.ts";
import { normalQuantile } from "./statistic/normal-quantile.ts";
import { timedSeries } from "./timed-series.ts";

/** One number of a run that can be compared with another run's. */
export interface Quantity {
  readonly name: string;
  readonly value: Interval;
  readonly moreIsBetter: boolean;
  /** Number of rounds behind the value. */
  readonly rounds: number;
  /** True for ratios of times of the same run, which are comparable between machines. */
  readonly withinRun: boolean;
}

/** All quantities of a result that can be compared. */
export function quantitiesOf(result: ScalingResult | SpawnResult | MessageResult): Quantity[] {
  switch (result.kind) {
    case "scaling":
      return scalingQuantities(result);
    case "spawn":
    case "message":
      return [...paceQuantities(result), ...timedSeries(result).map(({ name, times }) => time(name, times))];
  }
}

function scalingQuantities(result: ScalingResult): Quantity[] {
  const levels = result.levels
    .filter((level) => !level.oversubscribed)
    .flatMap(({ kernel, workers, speedUp, machineEfficiency }): Quantity[] => {
      const name = `${kernel}, ${workers} ${workers === 1 ? "worker" : "workers"}`;
      return [
        { name: `${name}, speed-up`, value: speedUp, rounds: speedUp.pairs, moreIsBetter: true, withinRun: true },
        ...(machineEfficiency === undefined
          ? []
          : [
              {
                ...{ name: `${name}, of machine`, value: machineEfficiency, rounds: machineEfficiency.pairs },
                ...{ moreIsBetter: true, withinRun: true },
              },
            ]),
      ];
    });
  const serial = result.results.map(
    ({ kernel, serialNs }): Quantity => ({
      name: `${kernel}, serial loop`,
      value: serialNs,
      rounds: result.kernels.find(({ id }) => id === kernel)?.rounds ?? 0,
      moreIsBetter: false,
      withinRun: false,
    }),
  );
  return [...levels, ...serial];
}

function paceQuantities(result: SpawnResult | MessageResult): Quantity[] {
  return relativeSpeedsOf(result).map(({ name, value }) => ({
    ...{ name, value, rounds: value.pairs },
    ...{ moreIsBetter: true, withinRun: true },
  }));
}

function time(name: string, samples: readonly number[]): Quantity {
  return { name, value: medianInterval(samples), rounds: samples.length, moreIsBetter: false, withinRun: false };
}

/**
 * Compares the quantities that both runs contain.
 *
 * The runs were measured at different times, so their intervals are independent. The interval of the ratio adds their
 * widths in quadrature on the logarithmic scale, widened by Holm's correction for the number of comparisons.
 *
 * @param threshold the largest change that is irrelevant, as a share: 0.02 is 2 %.
 * @param sameMachine whether absolute times are comparable.
 */
export function compareQuantities(
  earlier: readonly Quantity[],
  later: readonly Quantity[],
  options: { threshold: number; sameMachine: boolean },
): Comparison[] {
  const pairs = later.flatMap((quantity) => {
    const before = earlier.find((candidate) => candidate.name === quantity.name);
    return before === undefined ? [] : [{ before, after: quantity }];
  });
  const drafts = pairs.map(({ before, after }) => ({ before, after, ratio: ratioOf(after.value, before.value, 1) }));
  // Holm: the most significant change gets the widest interval, the next one a narrower interval, and so on.
  const bySignificance = [...drafts].sort((one, two) => significance(two.ratio) - significance(one.ratio));
  return drafts.map((draft) => {
    const { before, after } = draft;
    const ratio = ratioOf(after.value, before.value, widening(drafts.length - bySignificance.indexOf(draft)));
    const comparable = after.withinRun || options.sameMachine;
    const verdict = comparable ? judge(ratio, options.threshold, after.moreIsBetter) : "inconclusive";
    const rounds = Math.max(before.rounds, after.rounds);
    const needed =
      comparable && verdict === "inconclusive" ? roundsNeeded(ratio, options.threshold, rounds) : undefined;
    return {
      ...{ name: after.name, ratio, moreIsBetter: after.moreIsBetter, comparable, verdict },
      ...(needed === undefined ? {} : { roundsNeeded: needed }),
    };
  });
}

/** An interval that reaches farther than this from 1 does not show that two runs are the same. */
const widestSame = 0.5;

/**
 * The verdict that follows from the position of the ratio's interval.
 *
 * Two runs of the same program are the same in 95 of 100 cases, however noisy the machine is: so often the interval
 * contains 1. The threshold alone would call them inconclusive on a noisy machine.
 */
export function judge(ratio: Interval, threshold: number, moreIsBetter: boolean): Verdict {
  if (ratio.low > 1 + threshold) return moreIsBetter ? "improved" : "regressed";
  if (ratio.high < 1 / (1 + threshold)) return moreIsBetter ? "regressed" : "improved";
  const farthest = farthestChange(ratio);
  const containsOne = ratio.low <= 1 && ratio.high >= 1;
  return farthest <= threshold || (containsOne && farthest <= widestSame) ? "same" : "inconclusive";
}

/** The largest change that a ratio's interval allows, as a share; infinite without an interval. */
export function farthestChange({ low, high }: Interval): number {
  return Math.max(high, 1 / Math.max(0, low)) - 1;
}

/** More rounds would take too long to be a useful advice. */
const mostRounds = 10_000;

/**
 * Estimates how many rounds would give a verdict, if the ratio does not change. The width of an interval is
 * proportional to 1/√rounds, and the interval must not contain the nearer end of the irrelevant range.
 *
 * @param rounds the number of rounds behind the interval.
 * @returns `undefined` when the ratio is so close to an end of that range that no practical number suffices.
 */
export function roundsNeeded({ value, low, high }: Interval, threshold: number, rounds: number): number | undefined {
  const half = Math.log(high / low) / 2;
  if (!Number.isFinite(half)) return leastRounds;
  const margin = Math.abs(Math.abs(Math.log(value)) - Math.log(1 + threshold));
  const needed = Math.ceil(rounds * (half / margin) ** 2);
  return needed <= mostRounds ? Math.max(leastRounds, needed) : undefined;
}

function ratioOf(after: Interval, before: Interval, wider: number): Interval {
  const centre = Math.log(after.value / before.value);
  const down = Math.hypot(Math.log(after.value / after.low), Math.log(before.high / before.value)) * wider;
  const up = Math.hypot(Math.log(after.high / after.value), Math.log(before.value / before.low)) * wider;
  return {
    value: Math.exp(centre),
    low: Math.exp(centre - (Number.isNaN(down) ? Infinity : down)),
    high: Math.exp(centre + (Number.isNaN(up) ? Infinity : up)),
  };
}

/** The distance of the interval from "no change", in units of its width. */
function significance({ value, low, high }: Interval): number {
  return Math.abs(Math.log(value)) / Math.log(high / low);
}

/** The width of an interval at level 1 − 0.05/m relative to one at 95 %, for the normal distribution. */
function widening(comparisons: number): number {
  return normalQuantile(1 - 0.025 / comparisons) / normalQuantile(0.975);
}
