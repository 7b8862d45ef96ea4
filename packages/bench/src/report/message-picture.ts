import { scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { formatBytes } from "../base/byte-size.ts";
import { formatDuration, tickDuration } from "../base/duration.ts";
import type { MessageResult, Shape } from "../base/message-result.ts";
import { drawAxes, type Plot, picture } from "./frame.ts";
import { cellNs } from "./message-text.ts";
import { element, textElement } from "./svg.ts";

const plot: Plot = { left: 70, right: 540, top: 36, bottom: 340 };

/** Time of a message over its size, both logarithmic: dots are medians, lines the fit L + n/B. */
export function messagePicture(result: MessageResult, shape: Shape): string {
  const fits = result.fits.filter((fit) => fit.shape === shape);
  const cells = result.cells.filter((cell) => cell.shape === shape && cell.samples.length > 0);
  // Zero has no place on a logarithmic axis: the empty message stands at its left end.
  const place = (bytes: number) => Math.max(bytes, 16);
  const times = cells.map(cellNs);
  const x = scaleLog([16, Math.max(...cells.map((cell) => place(cell.bytes))) * 1.3], [plot.left, plot.right]);
  const y = scaleLog([Math.min(...times) * 0.7, Math.max(...times) * 1.4], [plot.bottom, plot.top]);
  const sizes = result.design.sizes.filter((bytes) => bytes > 0);
  const decades = y.ticks().filter((tick) => Number.isInteger(Number(Math.log10(tick).toFixed(9))));
  const marks = fits.flatMap(({ transport, latencyNs, bytesPerSecond }, at) => {
    const steps = Array.from({ length: 60 }, (_, step) => 16 * ((x.domain()[1] as number) / 16) ** (step / 59));
    const points = steps.map((bytes): [number, number] => [x(bytes), y(latencyNs + (bytes * 1e9) / bytesPerSecond)]);
    const dots = cells
      .filter((cell) => cell.transport === transport)
      .map((cell) =>
        element("circle", { class: `dot s${at % 8}`, cx: x(place(cell.bytes)), cy: y(cellNs(cell)), r: 3.5 }),
      );
    const top = plot.top + at * 20;
    return [
      element("path", {
        class: `series s${at % 8}`,
        d: line()(points.filter(([, down]) => down >= plot.top)) ?? "",
        "stroke-dasharray": at >= 8 ? "4 3" : undefined,
      }),
      ...dots,
      element("line", {
        class: `series s${at % 8}`,
        x1: plot.right + 20,
        x2: plot.right + 44,
        y1: top,
        y2: top,
        "stroke-dasharray": at >= 8 ? "4 3" : undefined,
      }),
      textElement(plot.right + 50, top + 4, transport),
    ];
  });
  return picture(
    { width: 720, height: 400 },
    {
      title: `Time of one message (${shape})`,
      description: fits.map((fit) => `${fit.transport}: ${formatDuration(fit.latencyNs)}`).join("; "),
    },
    drawAxes(
      plot,
      {
        scale: x,
        ticks: sizes,
        label: "size of the payload; the empty message stands at the left end",
        format: (bytes) => formatBytes(bytes).replace("iB", "").replace(" ", ""),
      },
      { scale: y, ticks: decades, label: "one way", format: tickDuration },
    ),
    ...marks,
  );
}
