import { scaleLinear, scaleLog } from "d3-scale";
import { type Interval, isKnown } from "../../base/interval.ts";
import type { LevelResult } from "../../base/scaling-result.ts";
import { counted } from "../data/finding.ts";
import { factor, range } from "../data/format-number.ts";
import { drawAxes, type Plot, type Scale } from "../svg/axes.ts";
import { type Entry, legend } from "../svg/legend.ts";
import { picture } from "../svg/picture.ts";
import { thinned } from "../svg/plot-series.ts";
import { element, hint, pathThrough, textElement } from "../svg/svg.ts";
import {
  ceilingLine,
  ceilingPoints,
  type Drawing,
  lawCurve,
  predictionBand,
  type SpeedUpData,
} from "./speed-up-law.ts";

const size = { width: 600, height: 420 };
const left = 56;
const right = 584;
const bottom = 366;

/**
 * Speed-up over workers: every round a dot, the median with its interval, the ideal, what the machine lets even work
 * reach, and the law that was fitted with its band.
 *
 * @param kind `log`: both axes in powers of two, which gives small counts of workers their room.
 */
export function speedUpPicture(data: SpeedUpData, kind: "linear" | "log" = "linear"): string {
  const { levels } = data;
  const names = legend(entriesOf(data), left, right);
  const plot: Plot = { left, right, top: names.height + 38, bottom };
  const [x, y] = scalesOf(data, plot, kind);
  const drawing = { x, y, plot };
  const predicted = data.result?.prediction?.workers;
  const ticks = [...new Set([...levels.map((level) => level.workers), ...(predicted ? [predicted] : [])])].sort(
    (one, two) => one - two,
  );
  const room = thinned(ticks.map(x), 24);
  return picture(
    size,
    { title: `Speed-up of ${data.title}`, description: describe(levels) },
    names.drawing,
    drawAxes(
      plot,
      {
        scale: x,
        ticks: ticks.filter((_, at) => room[at]),
        label: kind === "log" ? "workers, logarithmic" : "workers",
      },
      {
        scale: y,
        ticks: kind === "log" ? powersWithin(y.domain()) : y.ticks(6),
        label: `times as fast as the serial loop${kind === "log" ? ", logarithmic" : ""}`,
      },
    ),
    oversubscribedZone(drawing, data),
    idealLine(drawing, data),
    lawCurve(drawing, data),
    predictionBand(drawing, data),
    ceilingLine(drawing, levels),
    ...levels.map((level) => roundDots(drawing, level, data)),
    ...levels.map((level) => levelMark(drawing, level)),
    levelLabels(drawing, levels),
  );
}

function entriesOf({ levels, result }: SpeedUpData): Entry[] {
  const law =
    result?.usl !== undefined ? "Universal Scalability Law" : result?.amdahl !== undefined ? "Amdahl's law" : "";
  return [
    { class: "median", name: "median, 95 % interval", sign: "mark" },
    { class: "dot", name: "a round", sign: "mark" },
    ...(levels.some((level) => level.oversubscribed)
      ? [{ class: "median hollow", name: "more workers than CPUs", sign: "mark" } as const]
      : []),
    { class: "ideal", name: "ideal", sign: "line" },
    ...(ceilingPoints(levels).length > 1 ? [{ class: "ceiling", name: "native threads", sign: "line" } as const] : []),
    ...(law === "" ? [] : [{ class: "fit", name: law, sign: "line" } as const]),
    ...(result?.prediction === undefined
      ? []
      : [{ class: "prediction", name: "prediction, not measured", sign: "line" } as const]),
  ];
}

function scalesOf({ levels, usable, result }: SpeedUpData, plot: Plot, kind: "linear" | "log"): [Scale, Scale] {
  const most = Math.max(...levels.map((level) => level.workers), result?.prediction?.workers ?? 1);
  const predicted = result?.prediction?.speedUp;
  const highest = Math.max(
    ...levels.map((level) => Math.min(level.speedUp.high, level.speedUp.value * 1.5)),
    Math.min(predicted?.high ?? 1, (predicted?.value ?? 1) * 1.5),
  );
  const top = Math.max(Math.min(Math.max(...levels.map((level) => level.workers)), usable) * 1.08, highest * 1.05, 1.2);
  if (kind === "log") {
    const lowest = Math.min(...levels.map((level) => Math.max(level.speedUp.low, level.speedUp.value / 1.5)));
    return [
      scaleLog([0.75, most * 1.5], [plot.left, plot.right]).base(2),
      scaleLog([Math.min(0.8, lowest * 0.9), top * 1.1], [plot.bottom, plot.top]).base(2),
    ];
  }
  const margin = Math.max(0.5, (most - 1) * 0.12);
  return [
    scaleLinear([most === 1 ? 0 : Math.max(0, 1 - margin), most + margin], [plot.left, plot.right]),
    scaleLinear([0, top], [plot.bottom, plot.top]),
  ];
}

function powersWithin([least = 1, most = 1]: number[]): number[] {
  const [first, last] = [Math.ceil(Math.log2(least)), Math.floor(Math.log2(most))];
  return Array.from({ length: last - first + 1 }, (_, at) => 2 ** (first + at));
}

function describe(levels: readonly LevelResult[]): string {
  return levels.map((level) => `${level.workers} workers: ${level.speedUp.value.toFixed(2)} times`).join("; ");
}

/** Shades the levels with more workers than usable CPUs. */
function oversubscribedZone({ x, plot }: Drawing, { usable, levels }: SpeedUpData): string {
  const beyond = levels.filter((level) => level.workers > usable);
  if (beyond.length === 0) return "";
  const from = (x(usable) + x(Math.min(...beyond.map((level) => level.workers)))) / 2;
  return element("rect", {
    class: "zone",
    x: from,
    y: plot.top,
    width: plot.right - from,
    height: plot.bottom - plot.top,
  });
}

function idealLine({ x, y }: Drawing, { usable, levels }: SpeedUpData): string {
  const most = Math.max(...levels.map((level) => level.workers));
  const reach = Math.min(usable, most, y.domain()[1] as number);
  const start = Math.max(x.domain()[0] as number, y.domain()[0] as number);
  return element("path", {
    class: "ideal",
    d: pathThrough([
      [x(start), y(start)],
      [x(reach), y(reach)],
    ]),
  });
}

/** The ratio of each round, spread sideways in the order of time so that dots do not cover each other. */
function roundDots({ x, y, plot }: Drawing, level: LevelResult, { cells, levels }: SpeedUpData): string {
  const serial = cells.find((cell) => cell.role === "serial")?.samples ?? [];
  const cell = cells.find((other) => other.role === "pool" && other.workers === level.workers);
  const own = cell?.samples ?? [];
  const growth = (cell?.copies ?? 1) / (cells.find((other) => other.role === "serial")?.copies ?? 1);
  const gaps = levels.map((other) => Math.abs(x(other.workers) - x(level.workers))).filter((gap) => gap > 0);
  const width = Math.min(26, 0.6 * Math.min(...gaps, 60));
  const dots = own.flatMap((sample, at) => {
    const base = serial.find((other) => other.round === sample.round && other.launch === sample.launch);
    if (base === undefined) return [];
    const aside = (own.length < 2 ? 0 : at / (own.length - 1) - 0.5) * width;
    const times = (growth * base.spanNs) / sample.spanNs;
    const height = Math.max(plot.top, Math.min(plot.bottom, y(times)));
    const words = `${counted(level.workers)}, launch ${sample.launch + 1}, round ${sample.round + 1}: ${factor(times)}×`;
    return [element("circle", { class: "dot", cx: x(level.workers) + aside, cy: height, r: 2.6 }, hint(words))];
  });
  return dots.join("");
}

function levelMark({ x, y, plot }: Drawing, { workers, speedUp, oversubscribed }: LevelResult): string {
  const at = x(workers);
  const [low, high] = intervalEnds({ y, plot }, speedUp);
  const bar = `M${at.toFixed(1)},${low.toFixed(1)}V${high.toFixed(1)}M${(at - 5).toFixed(1)},${low.toFixed(1)}h10m-10,${(high - low).toFixed(1)}h10`;
  return element(
    "g",
    {},
    hint(`${counted(workers)}: ${factor(speedUp.value)}× (${range(speedUp, factor)})`),
    isKnown(speedUp) ? element("path", { class: "interval", d: bar }) : "",
    element("circle", { class: oversubscribed ? "median hollow" : "median", cx: at, cy: y(speedUp.value), r: 4.5 }),
  );
}

/** The ends of an interval within the plot. An unknown interval has the height of its value. */
function intervalEnds({ y, plot }: Pick<Drawing, "y" | "plot">, interval: Interval): [number, number] {
  const { low, high } = isKnown(interval) ? interval : { low: interval.value, high: interval.value };
  const place = (end: number) => Math.max(plot.top, Math.min(plot.bottom, y(end)));
  return [place(low), place(high)];
}

/** The values, below or above their intervals, where there is room; always for the fullest level. */
function levelLabels({ x, y, plot }: Drawing, levels: readonly LevelResult[]): string {
  const room = thinned(
    levels.map((level) => x(level.workers)),
    52,
  );
  return levels
    .filter((_, at) => room[at])
    .map(({ workers, speedUp }) => {
      const [low, high] = intervalEnds({ y, plot }, speedUp);
      const middle = y(speedUp.value);
      const under = Math.max(low, middle + 5) + 15;
      const over = Math.min(high, middle - 5) - 7;
      const words = `${speedUp.value.toFixed(2)}×`;
      // An interval over the whole height leaves room only beside it.
      if (under > plot.bottom - 4 && over < plot.top + 12)
        return textElement(x(workers) + 9, middle - 5, words, { class: "value" });
      const place = under <= plot.bottom - 4 ? under : over;
      return textElement(x(workers), place, words, { class: "value", "text-anchor": "middle" });
    })
    .join("");
}
