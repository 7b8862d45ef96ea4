import { scaleLinear } from "d3-scale";
import { line } from "d3-shape";
import type { Cell } from "../base/sample.ts";
import type { KernelResult, LevelResult } from "../base/scaling-result.ts";
import { amdahlSpeedUp } from "../model/amdahl.ts";
import { drawAxes, type Plot, picture, type Scale } from "./frame.ts";
import { element, textElement } from "./svg.ts";

const size = { width: 560, height: 400 };
const plot: Plot = { left: 56, right: 536, top: 36, bottom: 340 };

/** What the picture is drawn from: one kernel's levels, cells and fits. */
export interface SpeedUpData {
  readonly title: string;
  readonly usable: number;
  readonly levels: readonly LevelResult[];
  readonly cells: readonly Cell[];
  readonly result?: KernelResult;
}

/** Speed-up over workers: every round a dot, the median with its interval, and the ideal line. */
export function speedUpPicture(data: SpeedUpData): string {
  const workers = data.levels.map((level) => level.workers);
  const most = Math.max(...workers);
  const highest = Math.max(...data.levels.map((level) => Math.min(level.speedUp.high, level.speedUp.value * 1.5)));
  const x = scaleLinear(
    [most === 1 ? 0 : Math.max(0, 1 - (most - 1) * 0.12), most + Math.max(0.5, (most - 1) * 0.12)],
    [plot.left, plot.right],
  );
  const top = Math.max(Math.min(most, data.usable) * 1.08, highest * 1.05, 1.2);
  const y = scaleLinear([0, top], [plot.bottom, plot.top]);
  return picture(
    size,
    { title: `Speed-up of ${data.title}`, description: describe(data.levels) },
    drawAxes(
      plot,
      { scale: x, ticks: workers, label: "workers" },
      { scale: y, ticks: y.ticks(6), label: "speed-up over the serial loop" },
    ),
    oversubscribedZone(x, data.usable, most),
    idealLine(x, y, Math.min(data.usable, most), top),
    amdahlCurve(x, y, data),
    ceilingLine(x, y, data.levels),
    ...data.levels.map((level) => roundDots(x, y, level, data.cells)),
    ...data.levels.map((level) => levelMark(x, y, level)),
  );
}

function describe(levels: readonly LevelResult[]): string {
  return levels.map((level) => `${level.workers} workers: ${level.speedUp.ofMedians.toFixed(2)} times`).join("; ");
}

/** Beyond the usable CPUs nothing can be gained; the zone says so. */
function oversubscribedZone(x: Scale, usable: number, most: number): string {
  if (most <= usable) return "";
  const left = x(usable + 0.5 * Math.min(1, most - usable));
  return (
    element("rect", { class: "zone", x: left, y: plot.top, width: plot.right - left, height: plot.bottom - plot.top }) +
    textElement(plot.right - 8, plot.bottom - 10, "more workers than CPUs", { class: "faint", "text-anchor": "end" })
  );
}

function idealLine(x: Scale, y: Scale, end: number, top: number): string {
  const reach = Math.min(end, top);
  const points: [number, number][] = [
    [x(x.domain()[0] as number), y(x.domain()[0] as number)],
    [x(reach), y(reach)],
  ];
  return (
    element("path", { class: "ideal", d: line()(points) ?? "" }) +
    textElement(x(reach) - 10, y(reach) - 4, "ideal", { class: "faint", "text-anchor": "end" })
  );
}

function amdahlCurve(x: Scale, y: Scale, { result, usable, levels }: SpeedUpData): string {
  if (result?.amdahl === undefined) return "";
  const { serialShare } = result.amdahl;
  const one = levels.find((level) => level.workers === 1)?.speedUp.value ?? 1;
  const last = Math.min(usable, Math.max(...levels.map((level) => level.workers)));
  const steps = Array.from({ length: 49 }, (_, at) => 1 + ((last - 1) * at) / 48);
  const curve = (share: number) =>
    steps.map((workers): [number, number] => [x(workers), y(one * amdahlSpeedUp(share, workers))]);
  const band = [...curve(serialShare.low), ...curve(serialShare.high).reverse()];
  return (
    element("path", { class: "band", d: `${line()(band)}Z` }) +
    element("path", { class: "fit", d: line()(curve(serialShare.value)) ?? "" })
  );
}

/** What the machine lets even work reach: a band of their intervals, joined because the ceiling lies between too. */
function ceilingLine(x: Scale, y: Scale, levels: readonly LevelResult[]): string {
  const points = levels.flatMap(({ workers, ceiling }) =>
    ceiling === undefined ? [] : [{ at: x(workers), ...ceiling }],
  );
  if (points.length < 2) return "";
  const clamp = (value: number, fallback: number) => Math.max(plot.top, y(Number.isFinite(value) ? value : fallback));
  const upper = points.map(({ at, high, value }): [number, number] => [at, clamp(high, value)]);
  const lower = points.map(({ at, low, value }): [number, number] => [at, clamp(low, value)]).reverse();
  const middle = points.map(({ at, value }): [number, number] => [at, clamp(value, value)]);
  const [end, height] = middle.at(-1) as [number, number];
  return [
    element("path", { class: "ceiling-band", d: `${line()([...upper, ...lower])}Z` }),
    element("path", { class: "ceiling", d: line()(middle) ?? "" }),
    textElement(end + 8, Math.max(plot.top + 4, height - 8), "ceiling", { class: "ceiling-name" }),
  ].join("");
}

/** Each round's own ratio, spread sideways by its place in time so that dots do not hide one another. */
function roundDots(x: Scale, y: Scale, level: LevelResult, cells: readonly Cell[]): string {
  const serial = cells.find((cell) => cell.role === "serial")?.samples ?? [];
  const own = cells.find((cell) => cell.role === "pool" && cell.workers === level.workers)?.samples ?? [];
  const dots = own.flatMap((sample, at) => {
    const base = serial.find((other) => other.round === sample.round && other.launch === sample.launch);
    if (base === undefined) return [];
    const aside = (own.length < 2 ? 0 : at / (own.length - 1) - 0.5) * 26;
    const height = Math.max(plot.top, y(base.spanNs / sample.spanNs));
    return [element("circle", { class: "dot", cx: x(level.workers) + aside, cy: height, r: 2.6 })];
  });
  return dots.join("");
}

function levelMark(x: Scale, y: Scale, { workers, speedUp, oversubscribed }: LevelResult): string {
  const at = x(workers);
  const low = y(Number.isFinite(speedUp.low) ? speedUp.low : speedUp.value);
  const high = Math.max(plot.top, y(Number.isFinite(speedUp.high) ? speedUp.high : speedUp.value));
  const caps = [low, high].map((end) =>
    element("line", { class: "interval", x1: at - 6, x2: at + 6, y1: end, y2: end }),
  );
  return [
    element("line", { class: "interval", x1: at, x2: at, y1: low, y2: high }),
    ...caps,
    element("circle", { class: oversubscribed ? "median hollow" : "median", cx: at, cy: y(speedUp.ofMedians), r: 5 }),
    textElement(at + 20, y(speedUp.ofMedians) + 18, `${speedUp.ofMedians.toFixed(2)}×`, { class: "value" }),
  ].join("");
}
