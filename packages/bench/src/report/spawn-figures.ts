import type { Ballast, SpawnResult } from "../base/spawn-result.ts";
import { ballastPicture } from "./ballast-picture.ts";
import { ecdfPicture } from "./ecdf-picture.ts";
import type { Figure } from "./figure.ts";
import { memoryPicture } from "./memory-picture.ts";
import { phasePicture } from "./phase-picture.ts";
import { ballastWords, summarisedRows } from "./spawn-text.ts";

/** The pictures of one child's life while the parent held something; none when nothing was measured. */
export function lifeFigures(result: SpawnResult, ballast: Ballast): Figure[] {
  const words = ballastWords(ballast);
  const entries = summarisedRows(result.rows.filter((row) => ballastWords(row.ballast) === words));
  if (entries.length === 0) return [];
  const suffix = ballast.bytes === 0 ? "" : `-${ballast.kind}-${ballast.bytes}`;
  const distributions = entries.map(({ row }) => ({
    name: row.method,
    values: row.births.map((birth) => birth.goneNs),
    dashed: row.family === "native" || row.family === "python",
  }));
  return [
    {
      name: `phases${suffix}`,
      title: "Phases of a child's life",
      drawing: phasePicture(entries),
      caption:
        "Medians of what lies between the stamps, with the median of the whole; the thin line reaches to the ninetieth percentile. Our ways are in bold.",
    },
    {
      name: `ecdf${suffix}`,
      title: "From call to gone, the whole distribution",
      drawing: ecdfPicture("From call to gone", distributions),
      caption:
        "How many children were gone by when: steep is steady, a foot to the right is a tail. Names in the order of the medians; C and Python dashed.",
    },
  ];
}

/** How a start grows with what the parent holds. */
export function ballastFigure(result: SpawnResult): Figure {
  return {
    name: "ballast",
    title: "Blocked over what the parent holds",
    drawing: ballastPicture(result.rows),
    caption:
      "A fork copies the page tables of what is mapped; V8 keeps its heap out of that, buffers it does not. A flat line is a way that does not care.",
  };
}

/** What idle children cost. */
export function memoryFigure(result: SpawnResult): Figure {
  return {
    name: "memory",
    title: "Memory of one idle child",
    drawing: memoryPicture(result.rows),
    caption:
      "PSS is the slope of the whole family's proportional set over the count of idle children; for threads, of the process's own. RSS counts what all share again for each.",
  };
}
