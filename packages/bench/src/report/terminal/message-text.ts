import { formatBytes } from "../../base/byte-size.ts";
import { environmentLine } from "../../base/environment.ts";
import type { MessageResult } from "../../base/message-result.ts";
import { describeUsableCpus } from "../../base/usable-cpus.ts";
import { cellNs, crossoverLines, messageFinding, messageRows, streamRows } from "../data/message-rows.ts";
import { type Strip, stripPlot } from "./strip-plot.ts";
import { paint, type Style } from "./terminal-style.ts";
import { terminalText } from "./terminal-text.ts";
import { textTable } from "./text-table.ts";
import { headline, warningLines } from "./warning-lines.ts";

/** The whole run for a terminal. */
export function messageText(result: MessageResult, style: Style): string {
  const lines = [
    environmentLine(result.context),
    describeUsableCpus(result.context.cpus),
    "",
    ...headline(result, messageFinding(result), style),
    `${paint(style, "bold", "one message, one way")}: median of batches to and fro, by size of the payload; t(n) = L + n/B`,
    ...textTable(messageRows(result), style.columns, 2),
    "",
    ...sizePlot(result, style),
    "",
    ...crossoverLines(result),
    "off by: the largest distance of a size from the line · CPU: for the smallest message, on each side",
    ...streamLines(result, style),
    ...warningLines(result.warnings, style),
  ];
  return terminalText(lines, style);
}

/** A row a transport, of the first shape: what its smallest message takes, and its largest. */
function sizePlot(result: MessageResult, style: Style): string[] {
  const [shape] = result.design.shapes;
  const [small, large] = style.unicode ? ["●", "○"] : ["*", "o"];
  const strips = result.transports.flatMap(({ id }): (Strip & { readonly ns: number })[] => {
    const own = result.cells
      .filter((cell) => cell.transport === id && cell.shape === shape && cell.samples.length > 0)
      .sort((one, two) => one.bytes - two.bytes);
    const [first, last] = [cellNs(own[0]), cellNs(own.at(-1))];
    const marks = [
      { ns: last, sign: large },
      { ns: first, sign: small },
    ];
    return own.length === 0 ? [] : [{ name: id, marks, ns: first }];
  });
  if (strips.length === 0) return [];
  const { sizes } = result.design;
  const ends = `  ${small} ${formatBytes(Math.min(...sizes))}  ${large} ${formatBytes(Math.max(...sizes))}, of ${shape}`;
  return [
    ...stripPlot(
      strips.sort((one, two) => one.ns - two.ns),
      style,
    ),
    ends,
  ];
}

function streamLines(result: MessageResult, style: Style): string[] {
  const rows = streamRows(result);
  if (rows.length === 0) return [];
  return [
    "",
    `${paint(style, "bold", "many messages under way")}: throughput one way`,
    ...textTable(rows, style.columns, 2),
    "",
  ];
}
