import { describe, expect, it } from "vitest";
import type { Result } from "../../src/base/result-file.ts";
import { resultCsv } from "../../src/report/export/csv.ts";
import { resultMarkdown } from "../../src/report/export/markdown.ts";
import { messageResult, scalingResult, spawnResult } from "../fixture/result.ts";
import { resultCases } from "../fixture/result-cases.ts";

/** Parses CSV by RFC 4180. */
function parseCsv(text: string): string[][] {
  return text
    .trimEnd()
    .split("\r\n")
    .map((line) => [...`,${line}`.matchAll(/,("(?:[^"]|"")*"|[^,]*)/g)].map(([, cell = ""]) => cell));
}

function observations(result: Result): number {
  const count = (cells: readonly { readonly samples: readonly unknown[] }[]) =>
    cells.reduce((sum, { samples }) => sum + samples.length, 0);
  if (result.kind === "scaling") return count(result.cells);
  if (result.kind === "message") return count(result.cells) + count(result.streams);
  return result.rows.reduce(
    (sum, { starts, growth, burst }) =>
      sum + starts.length + (growth?.starts.length ?? 0) + (burst?.spansNs.length ?? 0),
    0,
  );
}

describe.each(Object.entries(resultCases))("%s", (_, result) => {
  it("as CSV has one row for each observation, with all columns", () => {
    const [head = [], ...rows] = parseCsv(resultCsv(result));
    expect(rows).toHaveLength(observations(result));
    expect(new Set(head).size).toBe(head.length);
    for (const row of rows) expect(row).toHaveLength(head.length);
    expect(resultCsv(result)).not.toMatch(/NaN|undefined|Infinity/);
  });

  it("as Markdown is short outside the details, and all rows of a table have the same columns", () => {
    const text = resultMarkdown(result).trimEnd();
    const open = text.split("<details>")[0] ?? "";
    if (result.kind !== "scaling" || result.levels.length < 20) expect(open.split("\n").length).toBeLessThanOrEqual(60);
    for (const block of text.split("\n\n").filter((part) => part.startsWith("| "))) {
      const bars = block.split("\n").map((line) => line.replaceAll("\\|", "").split("|").length);
      expect(new Set(bars).size).toBe(1);
    }
    expect(text.replace(/```[^`]*```/, "")).not.toMatch(/<(?!\/?(?:details|summary)>)|NaN|undefined/);
  });
});

it("CSV distinguishes single messages from streams, and a single child from one beside others", () => {
  const [head = [], ...rows] = parseCsv(resultCsv(messageResult({ shapes: ["bytes"], rounds: 1 })));
  expect(new Set(rows.map((row) => row[head.indexOf("window")]))).toEqual(new Set(["1", "16"]));
  const spawned = parseCsv(resultCsv(spawnResult({ ballasts: [0], rounds: 2 })));
  const column = (name: string) => new Set(spawned.slice(1).map((row) => row[spawned[0]?.indexOf(name) as number]));
  expect(column("alive")).toEqual(new Set(["0", "1", "2", "4"]));
  expect(column("atOnce")).toEqual(new Set(["1", "8"]));
});

it("Markdown prints a void kernel's answer and missing values", () => {
  expect(resultMarkdown(scalingResult({ wrong: "12 <instead> of 13" }))).toContain(
    "| ep | VOID | 12 &#60;instead&#62; of 13 |",
  );
  const missing = spawnResult({ rounds: 1, ballasts: [0], names: ["thread", "Python fork"], missing: ["Python fork"] });
  expect(resultMarkdown(missing)).toMatch(/thread/);
});
