import { axes, exclusions, knownFaults } from "./axes.js";

/** The page that {@link supportText} is. */
export const supportPage = new URL("../../docs/support.md", import.meta.url);

/** @typedef {import("./axes.js").Part} Part */
/** @typedef {keyof import("./axes.js").Cell} Axis */

const headings = /** @type {Record<Axis, string>} */ ({
  start: "start method",
  entry: "entry",
  loader: "the program is",
  fn: "the function is",
  value: "argument and result",
  end: "the end",
  signal: "signal",
  environment: "environment",
});

/** What works with what, as the page for users. */
export function supportText() {
  const reasons = exclusions.filter(({ cells }) => cells.signal === undefined && cells.end === undefined);
  return `# What works with what

The tests run programs that combine these choices, on Node 20, 22, 24 and 26: every two values meet in a program, and
every start method, entry and loader. What a choice does not combine with is listed below. This page is generated from
\`test/product/axes.js\`, from which the tests make the programs.

${Object.entries(axes)
  .map(
    ([axis, values]) =>
      `| ${headings[/** @type {Axis} */ (axis)]} | |\n|---|---|\n${rows(Object.entries(values).map(([name, meaning]) => [`\`${name}\``, meaning]))}`,
  )
  .join("\n\n")}

## Start methods and loaders

${matrix("start", "loader")}

## Start methods and environments

${matrix("start", "environment")}

## What cannot be combined

| | because |
|---|---|
${rows(reasons.map((part) => [described(part), part.why]))}
${knownFaults.length === 0 ? "" : `\n## Known faults\n\n| these may fail | point |\n|---|---|\n${rows(knownFaults.map((part) => [described(part), part.point]))}\n`}`;
}

/** @param {string[][]} lines */
const rows = (lines) => lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** A table of two axes. @param {Axis} first @param {Axis} second */
function matrix(first, second) {
  const columns = Object.keys(axes[second]);
  const lines = Object.keys(axes[first]).map((value) => [
    `\`${value}\``,
    ...columns.map((other) => verdict({ [first]: value, [second]: other })),
  ]);
  return `| | ${columns.map((name) => `\`${name}\``).join(" | ")} |\n|${"---|".repeat(columns.length + 1)}\n${rows(lines)}`;
}

/** Whether two values meet: on all lines, from a line on, or not. @param {Partial<Record<Axis, string>>} pair */
function verdict(pair) {
  const against = exclusions.filter(({ cells }) =>
    Object.entries(cells).every(([axis, values]) => {
      const value = pair[/** @type {Axis} */ (axis)];
      return value !== undefined && values.includes(value);
    }),
  );
  if (against.length === 0) return "yes";
  if (against.some(({ lines }) => lines === undefined)) return "no";
  return `not on Node ${against.flatMap(({ lines }) => lines ?? []).join(", ")}`;
}

/** @param {Part} part */
function described({ cells, lines }) {
  const values = Object.entries(cells).map(
    ([axis, names]) => `${headings[/** @type {Axis} */ (axis)]} ${names.map((name) => `\`${name}\``).join(", ")}`,
  );
  return `${values.join("; ")}${lines === undefined ? "" : `; Node ${lines.join(", ")}`}`;
}
