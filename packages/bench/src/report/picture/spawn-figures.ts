import { formatBytes } from "../../base/byte-size.ts";
import { formatDuration } from "../../base/duration.ts";
import type { Ballast, SpawnResult } from "../../base/spawn-result.ts";
import { followed } from "../data/followed.ts";
import { ballastWords, summarisedRows } from "../data/spawn-rows.ts";
import { heapBytes, startMethodFigures } from "../data/start-method-figures.ts";
import type { Figure } from "../svg/figure.ts";
import { ecdfPicture } from "./ecdf-picture.ts";
import { ballastLines, crowdLines } from "./growth-lines.ts";
import { type Line, linesPicture } from "./lines-picture.ts";
import { memoryPicture } from "./memory-picture.ts";
import { phasePicture } from "./phase-picture.ts";
import { startMethodPicture } from "./start-method-picture.ts";

/** What each start method costs, as small charts. */
export function startMethodFigure(result: SpawnResult): Figure {
  const held = heapBytes(result);
  return {
    name: "start-methods",
    title: "What each start method costs",
    drawing: startMethodPicture(startMethodFigures(result), held === 0 ? "" : formatBytes(held)),
    caption:
      "Medians of each start method. A fork copies the page tables of what the parent has mapped; V8 keeps its heap out of that. child_process.fork() copies nothing: it is a spawn.",
  };
}

/** The pictures of one child's life while the parent held something; none when nothing was measured. */
export function lifeFigures(result: SpawnResult, ballast: Ballast): Figure[] {
  const words = ballastWords(ballast);
  const entries = summarisedRows(result.rows.filter((row) => ballastWords(row.ballast) === words));
  if (entries.length === 0) return [];
  const suffix = ballast.bytes === 0 ? "" : `-${ballast.kind}-${ballast.bytes}`;
  const distributions = followed(entries, ({ row }) => row.family).map(({ row }) => ({
    name: row.method,
    values: row.starts.map((each) => each.goneNs),
    dashed: row.family === "native" || row.family === "python",
  }));
  const quickest = entries.find(({ row }) => row.family === "manyhands" || row.family === "node");
  const steadiest = entries.filter((entry) => tail(entry) > 0).sort((one, two) => tail(one) - tail(two))[0];
  return [
    {
      name: `phases${suffix}`,
      title:
        quickest === undefined
          ? "Phases of a child's life"
          : `Quickest from Node: ${quickest.row.method}, ${formatDuration(quickest.summary.gone.p50)} from call to gone`,
      drawing: phasePicture(entries),
      caption:
        "The phases of a child's life: medians of what lies between the stamps, with the median of the whole; the thin line reaches to the 90th percentile, or to the slowest of fewer than ten. Our ways are in bold.",
    },
    {
      name: `ecdf${suffix}`,
      title:
        steadiest === undefined
          ? "From call to gone, the whole distribution"
          : `Steadiest: ${steadiest.row.method}, nine in ten within ${tail(steadiest).toFixed(1)} times its median`,
      drawing: ecdfPicture("From call to gone", distributions),
      caption:
        "How many children were gone by when: steep is steady, a foot to the right is a tail. Names in the order of the medians; C and Python dashed. Ours and five others; the table has all.",
    },
  ];
}

function tail({ summary: { gone } }: ReturnType<typeof summarisedRows>[number]): number {
  return gone.p90 / gone.p50;
}

/** The rows of the methods that a picture of lines shows. */
function followedRows(rows: SpawnResult["rows"]): SpawnResult["rows"] {
  const methods = new Map(rows.filter(({ starts }) => starts.length > 0).map((row) => [row.method, row]));
  const names = new Set(followed([...methods.values()], ({ family }) => family).map(({ method }) => method));
  return rows.filter(({ method }) => names.has(method));
}

const kinds = { buffer: "Buffers", heap: "JS heap", sab: "SharedArrayBuffers" } as const;

/** How a start grows with what the parent holds, a picture a kind of memory. */
export function ballastFigures({ rows }: SpawnResult): Figure[] {
  const held = new Set(rows.filter(({ ballast }) => ballast.bytes > 0).map(({ ballast }) => ballast.kind));
  return [...held].map((kind) => {
    const lines = ballastLines(followedRows(rows), kind);
    const words = growthWords(lines.filter(({ foreign }) => !foreign));
    const title = `Blocked over what the parent holds in ${kinds[kind]}`;
    return {
      name: `ballast-${kind}`,
      title: words === "" ? title : `Memory of the parent in ${kinds[kind]} costs most: ${words}`,
      drawing: linesPicture(lines, {
        title,
        across: `memory that the parent holds in ${kinds[kind]}`,
        up: "until the call returned, median",
        format: formatBytes,
      }),
      caption:
        "A fork copies the page tables of what is mapped; V8 keeps its heap out of that, buffers it does not. A flat line is a way that does not care. C and Python dashed.",
    };
  });
}

/** How a start grows with the children that are alive. */
export function crowdFigure({ rows }: SpawnResult): Figure {
  const lines = crowdLines(followedRows(rows));
  const words = growthWords(lines);
  return {
    name: "crowd",
    title: words === "" ? "The next child, over those alive" : `Live children cost most: ${words}`,
    drawing: linesPicture(lines, {
      title: "The next child, over those alive",
      across: "idle children that are alive",
      up: "from call to gone, median",
    }),
    caption: "How long the next child takes beside others that only wait. A flat line is a way that does not care.",
  };
}

/** Which line grows most from its first place to its last, and from what to what. */
function growthWords(lines: readonly Line[]): string {
  const rise = ({ points }: Line) => (points.at(-1)?.ns ?? 0) - (points[0]?.ns ?? 0);
  const [most] = lines.filter((line) => rise(line) > 0).sort((one, two) => rise(two) - rise(one));
  if (most === undefined) return "";
  return `${most.name}, ${formatDuration(most.points[0]?.ns ?? 0)} to ${formatDuration(most.points.at(-1)?.ns ?? 0)}`;
}

/** The memory of idle children. */
export function memoryFigure({ rows }: SpawnResult): Figure {
  const weighed = rows
    .flatMap(({ method, footprint }) => (footprint === undefined ? [] : [{ method, bytes: footprint.pssBytes }]))
    .sort((one, two) => one.bytes - two.bytes);
  const [least, most] = [weighed[0], weighed.at(-1)];
  return {
    name: "memory",
    title:
      least === undefined || most === undefined || least === most
        ? "Memory of one idle child"
        : `One idle child costs ${formatBytes(least.bytes)} (${least.method}) to ${formatBytes(most.bytes)} (${most.method})`,
    drawing: memoryPicture(rows),
    caption:
      "PSS is the growth of the proportional set size of the whole process tree per idle child; for threads, of the process. RSS counts shared pages again for each child.",
  };
}
