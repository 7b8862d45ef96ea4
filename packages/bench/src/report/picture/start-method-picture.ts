import { scaleLinear } from "d3-scale";
import { formatBytes } from "../../base/byte-size.ts";
import { formatDuration } from "../../base/duration.ts";
import { type StartMethodFigures, signedDuration } from "../data/start-method-figures.ts";
import { picture } from "../svg/picture.ts";
import { element, hint, textElement } from "../svg/svg.ts";

const rowHeight = 24;
const labelWidth = 130;
const panelWidth = 292;
const barWidth = 84;

interface Panel {
  readonly title: string;
  readonly pick: (figures: StartMethodFigures) => number | undefined;
  readonly format: (value: number) => string;
}

/**
 * Four small charts beside each other with a bar for each start method: time to start, time to the first answer, memory
 * each, and growth with the parent's heap. Empty without a method.
 *
 * @param heap the parent's heap in words; empty when it was not measured.
 */
export function startMethodPicture(figures: readonly StartMethodFigures[], heap: string): string {
  if (figures.length === 0) return "";
  const panels: Panel[] = [
    { title: "to start", pick: ({ startNs }) => startNs, format: formatDuration },
    { title: "to the first answer", pick: ({ answerNs }) => answerNs, format: formatDuration },
    { title: "memory each (PSS)", pick: ({ memoryBytes }) => memoryBytes, format: formatBytes },
    ...(heap === ""
      ? []
      : [
          {
            title: `longer with ${heap} of heap`,
            pick: ({ heapNs }: StartMethodFigures) => heapNs,
            format: signedDuration,
          },
        ]),
  ];
  const shown = panels.filter(({ pick }) => figures.some((one) => pick(one) !== undefined));
  const panelHeight = figures.length * rowHeight + 42;
  const drawn = shown.map((panel, at) =>
    panelDrawing(panel, figures, (at % 2) * (panelWidth + 16), Math.floor(at / 2) * panelHeight),
  );
  return picture(
    { width: 600, height: Math.ceil(shown.length / 2) * panelHeight },
    {
      title: "What each start method costs",
      description: shown
        .map(
          ({ title, pick, format }) =>
            `${title}: ${figures.map((one) => `${one.method} ${text(pick(one), format)}`).join(", ")}`,
        )
        .join("; "),
    },
    ...drawn,
  );
}

function panelDrawing(
  { title, pick, format }: Panel,
  figures: readonly StartMethodFigures[],
  left: number,
  top: number,
): string {
  const most = Math.max(...figures.map((one) => Math.max(0, pick(one) ?? 0)), 1e-9);
  const length = scaleLinear([0, most], [0, barWidth]);
  const rows = figures.flatMap((one, at) => {
    const y = top + 30 + at * rowHeight;
    const value = pick(one);
    const width = length(Math.max(0, value ?? 0));
    const words = text(value, format);
    return [
      textElement(left + labelWidth - 8, y + 12.5, one.method, {
        "text-anchor": "end",
        class: one.method === "fork" ? "own" : undefined,
      }),
      element(
        "rect",
        {
          class: one.method === "fork" ? "bar machine-share" : "bar ideal-share",
          x: left + labelWidth,
          y,
          width,
          height: 16,
        },
        hint(`${one.method}, ${title}: ${words}`),
      ),
      textElement(left + labelWidth + width + 6, y + 12.5, words),
    ];
  });
  return [textElement(left + 8, top + 16, title, { class: "value" }), ...rows].join("");
}

function text(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? "n/a" : format(value);
}
