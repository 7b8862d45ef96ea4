import type { Interval } from "../../base/interval.ts";
import type { Result } from "../../base/result-file.ts";
import { quantitiesOf } from "../../model/compare-results.ts";
import { medianInterval, quantile } from "../../model/statistic/median.ts";
import { timedSeries } from "../../model/timed-series.ts";

/** The JSON that hyperfine exports: times in seconds. */
export function hyperfineJson(result: Result): string {
  const results = timedSeries(result).map(({ name, times }) => {
    const seconds = times.map((ns) => ns / 1e9);
    const mean = seconds.reduce((sum, value) => sum + value, 0) / seconds.length;
    const squares = seconds.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return {
      command: name,
      mean,
      stddev: seconds.length > 1 ? Math.sqrt(squares / (seconds.length - 1)) : null,
      median: quantile(seconds, 0.5),
      min: Math.min(...seconds),
      max: Math.max(...seconds),
      times: seconds,
    };
  });
  return `${JSON.stringify({ results }, null, 1)}\n`;
}

/** Bencher Metric Format: latency in nanoseconds with its interval. */
export function bencherJson(result: Result): string {
  const entries = timedSeries(result).map(({ name, times }) => {
    const interval = medianInterval(times);
    return [name, { latency: { value: interval.value, ...ends(interval) } }];
  });
  return `${JSON.stringify(Object.fromEntries(entries), null, 1)}\n`;
}

function ends({ low, high }: Interval): object {
  return Number.isFinite(low) && Number.isFinite(high) ? { lower_value: low, upper_value: high } : {};
}

/**
 * The format `customBiggerIsBetter` of github-action-benchmark: ratios within one run, which mean the same on any
 * machine.
 */
export function githubActionJson(result: Result): string {
  const entries = quantitiesOf(result)
    .filter((quantity) => quantity.withinRun && quantity.moreIsBetter)
    .map(({ name, value }) => ({
      name,
      unit: "ratio",
      value: value.value,
      range: Number.isFinite(value.low) ? `${value.low.toFixed(3)}…${value.high.toFixed(3)}` : "",
      extra: `${result.context.cpuModel}, Node ${result.context.node}`,
    }));
  return `${JSON.stringify(entries, null, 1)}\n`;
}
