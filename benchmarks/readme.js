// The generated part of README.md: one block for each benchmark, between comments. The text around it is written by
// hand.
import { figureText, limitText } from "./answer.js";

/** @typedef {import("./answer.js").Part} Part */

const opening = (question) => `<!-- ${question}: written by \`npm run benchmarks\` -->`;
const closing = (question) => `<!-- /${question} -->`;
const notRenewed = /^> Not renewed .*\n\n/m;

/** Replaces the output of a benchmark in the page. */
export function renew(page, question, /** @type {Part[]} */ parts) {
  return replaceBlock(page, question, () => answerMarkdown(parts));
}

/** Adds a line above the earlier output of a benchmark, saying why there is no new one. */
export function markOld(page, question, why) {
  return replaceBlock(page, question, (old) => `> Not renewed ${why}.\n\n${old.replace(notRenewed, "")}`);
}

/** Formats an output as Markdown. Adjacent gates share a table. */
function answerMarkdown(parts) {
  const blocks = [];
  for (const [at, part] of parts.entries()) {
    if (part.kind === "text") blocks.push(part.text);
    else if (part.kind === "table") blocks.push(tableMarkdown(part.head, part.rows));
    else if (parts[at - 1]?.kind !== "gate") {
      const rest = parts.slice(at);
      const end = rest.findIndex(({ kind }) => kind !== "gate");
      blocks.push(gatesMarkdown(end === -1 ? rest : rest.slice(0, end)));
    }
  }
  return blocks.join("\n\n");
}

function gatesMarkdown(gates) {
  const rows = gates.map(({ what, seen, limit, kept, why }) => {
    const { ratio, low, high } = typeof seen === "number" ? { ratio: seen } : (seen ?? {});
    return [
      what,
      ratio === undefined ? "" : figureText(ratio),
      low === undefined ? "" : `${figureText(low)}…${figureText(high)}`,
      `≤ ${limitText(limit)}`,
      kept === undefined ? `not judged: ${why}` : kept ? "kept" : "**broken**",
    ];
  });
  return tableMarkdown(["gate", "seen", "95 % interval", "promised", ""], rows);
}

function tableMarkdown(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function replaceBlock(page, question, change) {
  const from = page.indexOf(opening(question));
  const to = page.indexOf(closing(question));
  if (from === -1 || to < from) {
    throw new Error(
      `the page has no place for ${question}: write "${opening(question)}" and "${closing(question)}" into it`,
    );
  }
  const start = from + opening(question).length;
  return `${page.slice(0, start)}\n\n${change(page.slice(start, to).trim())}\n\n${page.slice(to)}`;
}
