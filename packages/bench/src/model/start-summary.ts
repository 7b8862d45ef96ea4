import type { ChildTimes } from "../base/spawn-result.ts";
import { medianInterval, quantile } from "./statistic/median.ts";

/**
 * Quantiles of a distribution, in the unit of its samples; NaN without samples. The 90th percentile is NaN with fewer
 * than ten samples, the 99th with fewer than a hundred.
 */
export interface Spread {
  readonly count: number;
  readonly min: number;
  readonly p50: number;
  /** The 95 % interval of the median; its ends are infinite with fewer than six samples. */
  readonly low: number;
  readonly high: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** A summary of a method's children, in nanoseconds from the call. */
export interface StartSummary {
  readonly blocked: Spread;
  readonly started: Spread;
  readonly answered: Spread;
  readonly gone: Spread;
  /** Medians of the phases between stamps, in order. Without a stamp, its two phases are one. */
  readonly phases: readonly { readonly name: PhaseName; readonly ns: number }[];
}

/** The phase between two stamps. */
export type PhaseName = "blocked" | "boot" | "ready" | "answer" | "end";

/** Summarises children by quantiles and not by the minimum alone: users notice the slow ones. */
export function summariseStarts(starts: readonly ChildTimes[]): StartSummary {
  const stamps = (pick: (each: ChildTimes) => number | undefined) => starts.flatMap((each) => pick(each) ?? []);
  const between = (
    name: PhaseName,
    from: (each: ChildTimes) => number | undefined,
    to: (each: ChildTimes) => number | undefined,
  ) => {
    const spans = stamps((each) => {
      const [start, end] = [from(each), to(each)];
      return start === undefined || end === undefined ? undefined : Math.max(0, end - start);
    });
    return spans.length === 0 ? [] : [{ name, ns: quantile(spans, 0.5) }];
  };
  const beganNs = (each: ChildTimes) => Math.max(each.returnedNs, each.startedNs ?? 0);
  return {
    blocked: spread(stamps((each) => each.returnedNs)),
    started: spread(stamps((each) => each.startedNs)),
    answered: spread(stamps((each) => each.answeredNs)),
    gone: spread(stamps((each) => each.goneNs)),
    phases: [
      ...between(
        "blocked",
        () => 0,
        (each) => each.returnedNs,
      ),
      ...between(
        "boot",
        (each) => each.returnedNs,
        (each) => each.startedNs,
      ),
      ...between("ready", beganNs, (each) => each.readyNs),
      ...between(
        "answer",
        (each) => each.readyNs ?? beganNs(each),
        (each) => each.answeredNs,
      ),
      ...between(
        "end",
        (each) => each.answeredNs ?? each.readyNs ?? beganNs(each),
        (each) => each.goneNs,
      ),
    ],
  };
}

function spread(values: readonly number[]): Spread {
  const { value, low, high } = medianInterval(values);
  // With fewer samples than this, a percentile would be a claim about the largest sample alone.
  const percentile = (share: number) => (values.length * (1 - share) >= 1 ? quantile(values, share) : Number.NaN);
  return {
    ...{ count: values.length, min: quantile(values, 0), p50: value, low, high },
    ...{ p90: percentile(0.9), p99: percentile(0.99), max: quantile(values, 1) },
  };
}
