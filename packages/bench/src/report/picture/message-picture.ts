import { scaleLog } from "d3-scale";
import { formatBytes } from "../../base/byte-size.ts";
import { formatDuration, tickDuration } from "../../base/duration.ts";
import type { MessageCell, MessageResult, Reach, Shape } from "../../base/message-result.ts";
import { followed } from "../data/followed.ts";
import { cellNs } from "../data/message-rows.ts";
import { drawAxes, type Plot } from "../svg/axes.ts";
import { logTicks } from "../svg/log-ticks.ts";
import { picture } from "../svg/picture.ts";
import { seriesLine, seriesMark, seriesName, spread, thinned } from "../svg/plot-series.ts";
import { pathThrough } from "../svg/svg.ts";

const gap = 18;
/** A logarithmic axis has no zero: the empty message is drawn at its left end. */
const smallest = 16;

function wordsOf(cell: MessageCell): string {
  return `${cell.transport}, ${formatBytes(cell.bytes)}: ${formatDuration(cellNs(cell))}`;
}

/**
 * Time of a message over its size, both logarithmic: marks are medians, lines the fit L + n/B, named at their ends.
 * Empty without a fit of this shape to that reach.
 */
export function messagePicture(result: MessageResult, shape: Shape, reach: Reach): string {
  const able = result.transports.filter((transport) => transport.reach === reach);
  const ids = followed(able, ({ family }) => family).map(({ id }) => id);
  const isShown = (one: { readonly shape: Shape; readonly transport: string }) =>
    one.shape === shape && ids.includes(one.transport);
  const fits = result.fits.filter(isShown);
  const cells = result.cells.filter((cell) => isShown(cell) && cell.samples.length > 0);
  if (fits.length === 0 || cells.length === 0) return "";
  const foreign = new Set(
    result.transports.filter(({ family }) => family === "native" || family === "python").map(({ id }) => id),
  );
  const place = (bytes: number) => Math.max(bytes, smallest);
  const plot: Plot = { left: 64, right: 410, top: 38, bottom: Math.max(360, 38 + fits.length * gap) };
  const times = cells.map(cellNs);
  const largest = Math.max(...cells.map((cell) => place(cell.bytes)));
  const x = scaleLog([smallest, largest * 1.3], [plot.left, plot.right]);
  const y = scaleLog([Math.min(...times) * 0.7, Math.max(...times) * 1.4], [plot.bottom, plot.top]);
  const sizes = result.design.sizes.filter((bytes) => bytes >= smallest);
  const room = thinned(sizes.map(x), 34);
  const steps = Array.from(
    { length: 60 },
    (_, step) => smallest * ((x.domain()[1] as number) / smallest) ** (step / 59),
  );
  const curves = fits.map(({ latencyNs, bytesPerSecond }) =>
    steps
      .map((bytes): [number, number] => [x(bytes), y(latencyNs + (bytes * 1e9) / bytesPerSecond)])
      .filter(([, down]) => down >= plot.top && down <= plot.bottom),
  );
  const places = spread(
    curves.map((points) => points.at(-1)?.[1] ?? plot.top),
    gap,
    plot.top,
    plot.bottom,
  );
  const marks = fits.flatMap(({ transport }, at) => [
    seriesLine(at, pathThrough(curves[at] ?? []), foreign.has(transport), transport),
    ...cells
      .filter((cell) => cell.transport === transport)
      .map((cell) => seriesMark(at, x(place(cell.bytes)), y(cellNs(cell)), wordsOf(cell))),
    seriesName(at, plot.right + 14, places[at] as number, transport, foreign.has(transport)),
  ]);
  return picture(
    { width: 600, height: plot.bottom + 54 },
    {
      title: `Time of one message to a ${reach} (${shape})`,
      description: fits.map((fit) => `${fit.transport}: ${formatDuration(fit.latencyNs)} for the smallest`).join("; "),
    },
    drawAxes(
      plot,
      {
        scale: x,
        ticks: sizes.filter((_, at) => room[at]),
        label: "size of the payload, logarithmic; an empty message at the left end",
        format: (bytes) => formatBytes(bytes).replace("iB", "").replace(" ", ""),
      },
      {
        scale: y,
        ticks: logTicks(y, 24),
        label: "one way, logarithmic",
        format: tickDuration,
      },
    ),
    ...marks,
  );
}
