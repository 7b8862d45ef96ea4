import type { Advice, AdviceRow } from "../../base/advice.ts";
import { formatBytes } from "../../base/byte-size.ts";
import { formatDuration } from "../../base/duration.ts";
import { doubted, timeDoubt } from "../data/doubt.ts";
import { factor, range } from "../data/format-number.ts";
import { paint, type Style } from "./terminal-style.ts";
import { terminalText } from "./terminal-text.ts";
import { textTable } from "./text-table.ts";

/** The advice for a terminal: one sentence, then the evidence, the fastest way first. */
export function adviceText(advice: Advice, style: Style): string {
  const { items, itemNs, itemBytes, resultBytes, rounds } = advice;
  const rows = [...advice.rows].sort((one, two) => two.speedUp.value - one.speedUp.value);
  return terminalText(
    [
      paint(style, "bold", adviceSentence(advice)),
      "",
      `one item takes ${formatDuration(itemNs)} in a plain loop, is ${formatBytes(itemBytes)} and its result ${formatBytes(resultBytes)}; ${items} items, ${rounds} rounds`,
      ...textTable(
        [
          ["method", "workers", "chunk", "speed-up", "95 % interval", "start", "break-even"],
          ...rows.map((row) => [
            ...[row.method, String(row.workers), String(row.chunkSize)],
            doubted(factor(row.speedUp.value), timeDoubt(row.speedUp)),
            ...[range(row.speedUp, factor), formatDuration(row.startNs), breakEvenText(row)],
          ]),
        ],
        style.columns,
      ),
      "speed-up: over the plain loop, the pool already started · break-even: items from which a new pool is faster",
    ],
    style,
  );
}

/** Which way to use, in one sentence. */
export function adviceSentence({ name, best, rows, itemNs }: Advice): string {
  if (best === undefined) {
    const [fastest] = [...rows].sort((one, two) => two.speedUp.value - one.speedUp.value);
    const reach =
      fastest === undefined ? "" : `: the fastest, ${fastest.method}, reaches ${factor(fastest.speedUp.value)}`;
    return `${name}(): use a plain loop, no pool is certainly faster${reach}; an item takes ${formatDuration(itemNs)}.`;
  }
  const { method, workers, chunkSize, speedUp } = best;
  const chunk = chunkSize === 1 ? "one item a chunk" : `chunks of ${chunkSize} items`;
  const from = Number.isFinite(best.breakEven) ? `, from about ${breakEvenText(best)} items on` : "";
  return `${name}(): use ${method} with ${workers} ${workers === 1 ? "worker" : "workers"} and ${chunk}: ${factor(speedUp.value)} times as fast as a plain loop (${range(speedUp, factor)})${from}.`;
}

function breakEvenText({ breakEven }: AdviceRow): string {
  return Number.isFinite(breakEven) ? String(Number(breakEven.toPrecision(2))) : "never";
}
