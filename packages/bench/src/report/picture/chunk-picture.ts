import { scaleLinear } from "d3-scale";
import { formatDuration, tickDuration } from "../../base/duration.ts";
import type { Trace } from "../../base/sample.ts";
import { linearTicks } from "../svg/linear-ticks.ts";
import { picture } from "../svg/picture.ts";
import { thinned } from "../svg/plot-series.ts";
import { element, hint, textElement } from "../svg/svg.ts";

const left = 90;
const right = 570;
/** Narrower chunks are drawn together with their neighbours. */
const narrowest = 3;

/** Chunks of one worker in a row, drawn as one block. */
interface Block {
  readonly fromNs: number;
  readonly toNs: number;
  readonly chunks: readonly number[];
}

/**
 * Draws which worker ran which chunk when: a row for each worker, a block for each chunk, in two alternating shades.
 */
export function chunkPicture({ spanNs, workers }: Trace): string {
  const rowHeight = Math.max(5, Math.min(30, 320 / workers.length));
  const top = 14;
  const bottom = top + workers.length * rowHeight;
  const x = scaleLinear([0, spanNs], [left, right]);
  const leastNs = x.invert(left + narrowest);
  const room = thinned(
    workers.map((_, at) => top + at * rowHeight),
    16,
  );
  const rows = workers.flatMap((worker, at) => {
    const y = top + at * rowHeight;
    const name = `worker ${at + 1}`;
    const blocks = blocksOf(worker, leastNs).map(({ fromNs, toNs, chunks }, place) =>
      element(
        "rect",
        {
          class: `chunk ${place % 2 === 0 ? "even" : "odd"}`,
          ...{ x: x(fromNs), y, width: x(toNs) - x(fromNs), height: rowHeight * 0.75 },
        },
        hint(`${name}, ${chunkWords(chunks)}: ${formatDuration(toNs - fromNs)}`),
      ),
    );
    return [
      ...(room[at] ? [textElement(left - 10, y + rowHeight * 0.375 + 4.5, name, { "text-anchor": "end" })] : []),
      ...blocks,
    ];
  });
  const ticks = linearTicks(x, 80).flatMap((tick) => [
    element("line", { class: "grid", x1: x(tick), x2: x(tick), y1: top - 6, y2: bottom }),
    textElement(x(tick), bottom + 18, tickDuration(tick), { "text-anchor": "middle" }),
  ]);
  return picture(
    { width: 600, height: bottom + 48 },
    {
      title: "Chunks of one warm-up run",
      description: workers.map(({ chunks }, at) => `worker ${at + 1}: ${chunks.length} chunks`).join("; "),
    },
    ...ticks,
    ...rows,
    element("line", { class: "axis", x1: right, x2: right, y1: top - 6, y2: bottom }),
    textElement((left + right) / 2, bottom + 40, "time from the call", { class: "label", "text-anchor": "middle" }),
  );
}

/** The times of the chunks of all workers. */
export function chunkTimes({ workers }: Trace): number[] {
  return workers.flatMap(({ startNs, endsNs }) => endsNs.map((end, at) => end - (endsNs[at - 1] ?? startNs)));
}

function blocksOf({ startNs, chunks, endsNs }: Trace["workers"][number], leastNs: number): Block[] {
  const blocks: Block[] = [];
  let fromNs = startNs;
  let own: number[] = [];
  for (const [at, toNs] of endsNs.entries()) {
    own.push(chunks[at] as number);
    if (toNs - fromNs < leastNs && at < endsNs.length - 1) continue;
    blocks.push({ fromNs, toNs, chunks: own });
    fromNs = toNs;
    own = [];
  }
  return blocks;
}

function chunkWords(chunks: readonly number[]): string {
  return chunks.length === 1 ? `chunk ${chunks[0]}` : `${chunks.length} chunks from ${chunks[0]} to ${chunks.at(-1)}`;
}
