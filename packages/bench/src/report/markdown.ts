import { environmentLine } from "../base/environment.ts";
import type { Result } from "../base/result-file.ts";
import type { ScalingResult } from "../base/scaling-result.ts";
import { describeUsableCpus } from "../base/usable-cpus.ts";
import { levelCells, levelHead } from "./level-rows.ts";
import { messageRows } from "./message-text.ts";
import { scalingText, warningLines } from "./scaling-text.ts";
import { spawnCells, spawnHead, summarisedRows } from "./spawn-text.ts";
import { plainStyle } from "./style.ts";

/** A result for a pull request: one table, what weakens it, and the rest folded away. */
export function resultMarkdown(result: Result): string {
  const parts = [
    `**${titles[result.kind]}** · ${environmentLine(result.context)} · ${describeUsableCpus(result.context.cpus)}`,
    table(rowsOf(result)),
    warningLines(result.warnings, plainStyle)
      .map((line) => `- ${line}`)
      .join("\n"),
  ];
  if (result.kind === "scaling") {
    parts.push(`<details><summary>details</summary>\n\n\`\`\`\n${scalingText(result, plainStyle)}\`\`\`\n\n</details>`);
  }
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

const titles = { scaling: "Core scaling", spawn: "What a child costs", message: "What a message costs" } as const;

function rowsOf(result: Result): string[][] {
  switch (result.kind) {
    case "scaling":
      return scalingRows(result);
    case "spawn":
      return [spawnHead, ...summarisedRows(result.rows).map(spawnCells)];
    case "message":
      return messageRows(result);
  }
}

function scalingRows({ levels, kernels }: ScalingResult): string[][] {
  const empty = levelHead.map(() => "");
  const voided = kernels.flatMap(({ id, wrong }) =>
    wrong === undefined ? [] : [[id, "VOID", wrong, ...empty.slice(2)]],
  );
  return [["kernel", ...levelHead], ...levels.map((level) => [level.kernel, ...levelCells(level)]), ...voided];
}

function table([head = [], ...rows]: string[][]): string {
  const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rule = `|${head.map((_, column) => (column === 0 ? ":--" : "--:")).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
