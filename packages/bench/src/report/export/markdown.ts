import { environmentLine } from "../../base/environment.ts";
import type { MessageResult } from "../../base/message-result.ts";
import type { Result } from "../../base/result-file.ts";
import type { ScalingResult } from "../../base/scaling-result.ts";
import type { SpawnResult } from "../../base/spawn-result.ts";
import { describeUsableCpus } from "../../base/usable-cpus.ts";
import { cellText, doubtLegend, doubtWords, hasDoubt, headlineDoubt, type TableCell } from "../data/doubt.ts";
import { scalingFinding } from "../data/finding.ts";
import { levelCells, levelHead } from "../data/level-rows.ts";
import { crossoverLines, messageFinding, messageRows, streamRows } from "../data/message-rows.ts";
import {
  ballastsOf,
  ballastWords,
  crowdRows,
  spawnCells,
  spawnFinding,
  spawnHead,
  summarisedRows,
} from "../data/spawn-rows.ts";
import { scalingText } from "../terminal/scaling-text.ts";
import { plainStyle } from "../terminal/terminal-style.ts";
import { warningLines } from "../terminal/warning-lines.ts";

/** How many warnings are shown outside the folded details. */
const openWarnings = 12;

interface Parts {
  readonly title: string;
  readonly finding: string;
  readonly rows: readonly (readonly TableCell[])[];
  /** Content of the folded details. */
  readonly details: readonly string[];
}

/** Formats a result for a pull request: the finding, one table, the warnings, and folded details. */
export function resultMarkdown(result: Result): string {
  const { title, finding, rows, details } = partsOf(result);
  const doubt = headlineDoubt(result);
  const warnings = warningLines(result.warnings, plainStyle).map((line) => `- ${escaped(line)}`);
  const folded = [...details, warnings.slice(openWarnings).join("\n")].filter((part) => part !== "");
  const parts = [
    `**${title}** · ${escaped(environmentLine(result.context))} · ${describeUsableCpus(result.context.cpus)}`,
    doubt === undefined ? "" : `**${doubt.severity}**: ${escaped(doubtWords(doubt))}`,
    escaped(finding),
    table(rows),
    warnings.slice(0, openWarnings).join("\n"),
    folded.length === 0 ? "" : `<details><summary>details</summary>\n\n${folded.join("\n\n")}\n\n</details>`,
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function partsOf(result: Result): Parts {
  switch (result.kind) {
    case "scaling":
      return scalingParts(result);
    case "spawn":
      return spawnParts(result);
    case "message":
      return messageParts(result);
  }
}

function scalingParts(result: ScalingResult): Parts {
  const empty = levelHead.map(() => "");
  const voided = result.kernels.flatMap(({ id, wrong }) =>
    wrong === undefined ? [] : [[id, "VOID", wrong, ...empty.slice(2)]],
  );
  return {
    title: "Core scaling",
    finding: scalingFinding(result),
    rows: [
      ["kernel", ...levelHead],
      ...result.levels.map((level) => [level.kernel, ...levelCells(level, result)]),
      ...voided,
    ],
    details: [`\`\`\`\n${scalingText(result, plainStyle)}\`\`\``],
  };
}

/** The first ballast in the table; the others and the cost of many children in the details. */
function spawnParts(result: SpawnResult): Parts {
  const [rows = [spawnHead], ...further] = ballastsOf(result).map((ballast) => {
    const words = ballastWords(ballast);
    const own = result.rows.filter((row) => ballastWords(row.ballast) === words);
    return [[`parent holding ${words}`, ...spawnHead.slice(1)], ...summarisedRows(own).map(spawnCells)];
  });
  return {
    title: "What a child costs",
    finding: spawnFinding(result),
    rows,
    details: [...further, crowdRows(result.rows)].map(table),
  };
}

/** The first shape in the table; the others, the fastest transport by size and the streams in the details. */
function messageParts(result: MessageResult): Parts {
  const [head = [], ...all] = messageRows(result);
  const [first] = result.design.shapes;
  const others = all.filter(([, shape]) => shape !== first);
  return {
    title: "What a message costs",
    finding: messageFinding(result),
    rows: [head, ...all.filter(([, shape]) => shape === first)],
    details: [
      others.length === 0 ? "" : table([head, ...others]),
      crossoverLines(result)
        .map((line) => `- ${line}`)
        .join("\n"),
      table(streamRows(result)),
    ],
  };
}

/** Empty without a row. */
function table(all: readonly (readonly TableCell[])[]): string {
  const [head = [], ...rows] = all;
  if (head.length === 0) return "";
  const line = (cells: readonly TableCell[]) =>
    `| ${cells.map((cell) => escaped(cellText(cell)).replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = `|${head.map((_, column) => (column === 0 ? ":--" : "--:")).join("|")}|`;
  const legend = hasDoubt(rows) ? `\n\n${doubtLegend}` : "";
  return [line(head), rule, ...rows.map(line)].join("\n") + legend;
}

/** Escapes markup, since names come from users. */
function escaped(text: string): string {
  return text.replace(/[<>&]/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/\r?\n/g, " ");
}
