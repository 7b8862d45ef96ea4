import { isKnown } from "../base/interval.ts";
import type { MessageCell } from "../base/message-result.ts";
import type { SpawnRow } from "../base/spawn-result.ts";
import type { Warning } from "../base/warning.ts";
import { leastRounds, medianInterval } from "./statistic/median.ts";
import { halfWidth } from "./statistic/ratio.ts";
import { isCorrelated } from "./statistic/series-statistics.ts";
import { ballastSuffix } from "./timed-series.ts";
import { twoDigits } from "./two-digits.ts";

/** Half of the width of a median's interval from which a series counts as noisy. */
const widest = 0.25;

interface Series {
  /** The method or transport. */
  readonly subject: string;
  readonly name: string;
  readonly times: readonly number[];
}

/** Warnings about the times of messages: too few rounds, wide intervals, drift. One a transport at most of each. */
export function messageWarnings(cells: readonly MessageCell[]): Warning[] {
  return noiseWarnings(
    cells.map(({ transport, shape, bytes, samples }) => ({
      subject: transport,
      name: `${shape} of ${bytes} B`,
      times: samples.map(({ wayNs }) => wayNs),
    })),
  );
}

/** Warnings about the times of children, by method. */
export function startWarnings(rows: readonly SpawnRow[]): Warning[] {
  return noiseWarnings(
    rows.map(({ method, ballast, starts }) => ({
      subject: method,
      name: `from call to exit${ballastSuffix(ballast)}`,
      times: starts.map(({ goneNs }) => goneNs),
    })),
  );
}

function noiseWarnings(all: readonly Series[]): Warning[] {
  const measured = all.filter(({ times }) => times.length > 0);
  return [...new Set(measured.map(({ subject }) => subject))].flatMap((subject) => {
    const own = measured.filter((series) => series.subject === subject);
    return [fewRounds(own), wideIntervals(own), drift(own)].flatMap((warning) =>
      warning === undefined ? [] : [{ ...warning, subject }],
    );
  });
}

function fewRounds(own: readonly Series[]): Warning | undefined {
  const few = own.filter(({ times }) => times.length < leastRounds);
  if (few.length === 0) return undefined;
  const all = few.length === own.length;
  const what = all ? "" : `${few.length} of ${own.length} series, as ${few[0]?.name}, have `;
  const count = Math.min(...few.map(({ times }) => times.length));
  return {
    code: "few-rounds",
    severity: all ? "invalid" : "caution",
    text: `${what}${all ? "Only " : "only "}${count} ${count === 1 ? "round" : "rounds"}: below 6 there is no 95 % interval; allow more time with --max-time`,
  };
}

function wideIntervals(own: readonly Series[]): Warning | undefined {
  const widths = own.flatMap(({ name, times }) => {
    const interval = medianInterval(times);
    return isKnown(interval) ? [{ name, width: halfWidth(interval) }] : [];
  });
  const wide = widths.filter(({ width }) => width > widest).sort((one, two) => two.width - one.width);
  const [worst] = wide;
  if (worst === undefined) return undefined;
  return {
    code: "noisy",
    severity: "caution",
    text: `${wide.length} of ${widths.length} medians have an interval wider than ±25 %, the widest ±${twoDigits(100 * worst.width)} % (${worst.name}): the machine was noisy or the rounds too few`,
  };
}

function drift(own: readonly Series[]): Warning | undefined {
  const long = own.filter(({ times }) => times.length >= 10);
  const drifting = long.filter(({ times }) => isCorrelated(times));
  // One series of twenty exceeds the limit by chance.
  if (drifting.length <= Math.max(1, long.length / 5)) return undefined;
  return {
    code: "correlated",
    severity: "caution",
    text: `${drifting.length} of ${long.length} series drift, as ${drifting[0]?.name}: consecutive rounds are correlated, so intervals may be too narrow`,
  };
}
