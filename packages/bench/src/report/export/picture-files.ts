import { environmentLine } from "../../base/environment.ts";
import type { Result } from "../../base/result-file.ts";
import { ballastsOf } from "../data/spawn-rows.ts";
import { stylesheet } from "../html/stylesheet.ts";
import { messageFigures } from "../picture/message-figures.ts";
import { kernelFigures, suiteFigure } from "../picture/scaling-figures.ts";
import { ballastFigures, crowdFigure, lifeFigures, memoryFigure, startMethodFigure } from "../picture/spawn-figures.ts";
import type { Figure } from "../svg/figure.ts";
import { element, textElement } from "../svg/svg.ts";

/** All pictures of a result as separate SVG files, by name without `.svg`. */
export function pictureFiles(result: Result): Map<string, string> {
  const source = `${environmentLine(result.context)} · ${result.startedAt.slice(0, 10)}`;
  return new Map(
    figuresOf(result)
      .filter(({ drawing }) => drawing !== "")
      .map((figure) => [fileName(figure.name), standalone(figure, source)]),
  );
}

function figuresOf(result: Result): Figure[] {
  switch (result.kind) {
    case "scaling":
      return [suiteFigure(result), ...result.results.flatMap((kernel) => kernelFigures(kernel, result))];
    case "spawn":
      return [
        startMethodFigure(result),
        ...ballastsOf(result).flatMap((ballast) => lifeFigures(result, ballast)),
        ...ballastFigures(result),
        crowdFigure(result),
        memoryFigure(result),
      ];
    case "message":
      return messageFigures(result);
  }
}

/** Makes a file name of a figure's name, which may contain any text of a user. */
function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 120);
}

/** Makes a picture stand alone: with the style sheet, its title above and its source below. */
function standalone({ drawing, title }: Figure, source: string): string {
  const [, width = "", height = ""] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(drawing) ?? [];
  const lines = [...title.matchAll(/\S.{0,69}(?=\s|$)/gu)].map(([line]) => line);
  const top = 16 + 18 * lines.length;
  const taller = Number(height) + top + 26;
  const above = lines.map((line, at) => textElement(16, 22 + 18 * at, line, { class: "value" })).join("");
  const below = textElement(16, taller - 10, source, { class: "source" });
  return `${drawing
    .replace(/viewBox="[^"]*"/, `viewBox="0 0 ${width} ${taller}" width="${width}" height="${taller}"`)
    .replace("<title>", `${element("style", {}, stylesheet)}<title>`)
    .replace(
      "</desc>",
      () =>
        `</desc>${element("rect", { class: "paper", width, height: taller })}${above}<g transform="translate(0 ${top})">`,
    )
    .replace(/<\/svg>$/, `</g>${below}</svg>`)}\n`;
}
