import { environmentLine } from "../base/environment.ts";
import type { Result } from "../base/result-file.ts";
import type { Figure } from "./figure.ts";
import { messageFigures } from "./message-html.ts";
import { kernelFigures } from "./scaling-figures.ts";
import { ballastFigure, lifeFigures, memoryFigure } from "./spawn-figures.ts";
import { ballastsOf } from "./spawn-text.ts";
import { stylesheet } from "./stylesheet.ts";
import { element, textElement } from "./svg.ts";

/** Every picture of a result as a file of its own, by name without `.svg`. */
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
      return result.results.flatMap((kernel) => kernelFigures(kernel, result));
    case "spawn":
      return [
        ...ballastsOf(result).flatMap((ballast) => lifeFigures(result, ballast)),
        ballastFigure(result),
        memoryFigure(result),
      ];
    case "message":
      return messageFigures(result);
  }
}

/** Kernels are named by users, who may write what is no file's name. */
function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}._-]+/gu, "-").slice(0, 120);
}

/** A picture that carries its own look, and a line below on where it comes from, for viewers outside of the page. */
function standalone({ drawing, title }: Figure, source: string): string {
  const [, width = "", height = ""] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(drawing) ?? [];
  const taller = Number(height) + 56;
  const words =
    textElement(16, Number(height) + 26, title, { class: "value" }) +
    textElement(16, Number(height) + 44, source, { class: "source" });
  return `${drawing
    .replace(/viewBox="[^"]*"/, `viewBox="0 0 ${width} ${taller}" width="${width}" height="${taller}"`)
    .replace("<title>", `${element("style", {}, stylesheet)}<title>`)
    .replace(/<\/desc>/, `</desc>${element("rect", { class: "paper", width, height: taller })}`)
    .replace(/<\/svg>$/, `${words}</svg>`)}\n`;
}
