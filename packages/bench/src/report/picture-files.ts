import type { Result } from "../base/result-file.ts";
import { ecdfPicture } from "./ecdf-picture.ts";
import { memoryPicture } from "./memory-picture.ts";
import { messagePicture } from "./message-picture.ts";
import { phasePicture } from "./phase-picture.ts";
import { ballastsOf, ballastWords, summarisedRows } from "./spawn-text.ts";
import { speedUpPicture } from "./speed-up-picture.ts";
import { stylesheet } from "./stylesheet.ts";
import { element } from "./svg.ts";

/** Every picture of a result as a file of its own, by name without `.svg`. */
export function pictureFiles(result: Result): Map<string, string> {
  return new Map([...pictures(result)].map(([name, svg]) => [name, standalone(svg)]));
}

function pictures(result: Result): Map<string, string> {
  switch (result.kind) {
    case "scaling":
      return new Map(
        result.results.map((derived): [string, string] => {
          const own = {
            levels: result.levels.filter((level) => level.kernel === derived.kernel),
            cells: result.cells.filter((cell) => cell.kernel === derived.kernel),
          };
          return [
            `speed-up-${derived.kernel}`,
            speedUpPicture({ title: derived.kernel, usable: result.context.cpus.usable, result: derived, ...own }),
          ];
        }),
      );
    case "spawn": {
      const memory = memoryPicture(result.rows);
      const phases = ballastsOf(result).flatMap((ballast): [string, string][] => {
        const words = ballastWords(ballast);
        const entries = summarisedRows(result.rows.filter((row) => ballastWords(row.ballast) === words));
        if (entries.length === 0) return [];
        const series = entries.map(({ row }) => ({
          name: row.method,
          values: row.births.map((birth) => birth.goneNs),
          dashed: row.family === "native" || row.family === "python",
        }));
        const suffix = ballast.bytes === 0 ? "" : `-${ballast.kind}-${ballast.bytes}`;
        return [
          [`phases${suffix}`, phasePicture(entries)],
          [`ecdf${suffix}`, ecdfPicture("From call to gone", series)],
        ];
      });
      return new Map([...phases, ...(memory === "" ? [] : [["memory", memory] as const])]);
    }
    case "message":
      return new Map(
        result.design.shapes
          .filter((shape) => result.fits.some((fit) => fit.shape === shape))
          .map((shape) => [`message-${shape}`, messagePicture(result, shape)]),
      );
  }
}

/** A picture that carries its own look, for viewers outside of the page. */
function standalone(svg: string): string {
  return `${svg.replace(/<title>/, `${element("style", {}, stylesheet)}<title>`)}\n`;
}
