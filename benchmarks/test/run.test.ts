import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
// @ts-expect-error plain JavaScript, so that it runs without a build
import { markOld, renew } from "../readme.js";
// @ts-expect-error plain JavaScript, so that it runs without a build
import { ask } from "../run.js";

const block = (question: string, body: string) =>
  `<!-- ${question}: written by \`npm run benchmarks\` -->\n\n${body}\n\n<!-- /${question} -->\n`;
const parts = [
  { kind: "text", text: "Seen today." },
  { kind: "table", head: ["row", "ms"], rows: [["a | b", 1.5]] },
  { kind: "gate", what: "a / b", seen: { ratio: 0.5, low: 0.0412, high: 0.6 }, limit: 1 / 3, kept: false },
  { kind: "gate", what: "a / c", limit: 2, why: "there is no c" },
  { kind: "text", text: "The end." },
  { kind: "gate", what: "all", seen: 1, limit: 1, kept: true },
];

let folder = "";
let page = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "manyhands-run-"));
  page = join(folder, "README.md");
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A program of the folder that answers through `answer.js`. */
function program(name: string, text: string): string {
  const file = join(folder, `${name}.mjs`);
  const answer = JSON.stringify(new URL("../answer.js", import.meta.url).href);
  writeFileSync(file, `import { gate, notJudged, printTable, printText, printTitle } from ${answer};\n${text}`);
  return file;
}

it("writes an answer between its comments, the same bytes each time, and leaves what is written by hand", () => {
  const before = `# Title\n\nBy hand.\n\n${block("one", "old")}\nBetween.\n\n${block("two", "stays")}\nFoot.\n`;
  const after = renew(before, "one", parts);
  expect(after).toBe(
    before.replace(
      "old",
      [
        "Seen today.",
        "| row | ms |\n| --- | --- |\n| a \\| b | 1.5 |",
        "| gate | seen | 95 % interval | promised |  |\n| --- | --- | --- | --- | --- |\n" +
          "| a / b | 0.50 | 0.041…0.60 | ≤ 0.333 | **broken** |\n| a / c |  |  | ≤ 2 | not judged: there is no c |",
        "The end.",
        "| gate | seen | 95 % interval | promised |  |\n| --- | --- | --- | --- | --- |\n| all | 1.00 |  | ≤ 1 | kept |",
      ].join("\n\n"),
    ),
  );
  expect(renew(after, "one", parts)).toBe(after);
});

it("markOld() marks an output once, until it is renewed", () => {
  const before = block("one", "old");
  const marked = markOld(markOld(before, "one", "on Monday: it hung"), "one", "on Tuesday: it crashed");
  expect(marked).toBe(block("one", "> Not renewed on Tuesday: it crashed.\n\nold"));
  expect(renew(marked, "one", [{ kind: "text", text: "new" }])).toBe(block("one", "new"));
});

it("renew() throws with what to write when the page has no block for a benchmark", () => {
  expect(() => renew("# Title\n", "one", parts)).toThrow("<!-- /one -->");
});

it("runs every benchmark, also when others fail", async () => {
  const questions = {
    good: program("good", `printTitle("How?"); printTable(["row"], [["a"]]); gate("a / b", 1, 2);`),
    broken: program("broken", `printText("Broken."); gate("a / b", 3, 2);`),
    thrown: program("thrown", `printText("Half an answer."); throw new Error("a wrong answer");`),
    hung: program("hung", `printText("Half an answer."); setInterval(() => {}, 1000);`),
  };
  writeFileSync(
    page,
    Object.keys(questions)
      .map((name) => block(name, "old"))
      .join("\n"),
  );
  const { good, broken, thrown, hung } = questions;
  const limitsMs = { each: 30_000, all: 60_000 };
  expect(await ask({ broken, thrown, good }, { page, limitsMs, quiet: true })).toBe(false);
  expect(await ask({ hung }, { page, limitsMs: { each: 500, all: 500 }, quiet: true })).toBe(false);
  const written = readFileSync(page, "utf8");
  expect(written).toMatch(/How\? \d{4}-\d\d-\d\d, (commit [0-9a-f]+|no commit).*, Node \d+\..* × .*load \d/);
  expect(written).toContain("| a / b | 1.00 |  | ≤ 2 | kept |");
  expect(written).toContain("| a / b | 3.00 |  | ≤ 2 | **broken** |");
  expect(written).toMatch(/> Not renewed on .*: its program ended with 1 without an output\.\n\nold/);
  expect(written).toMatch(/> Not renewed on .*: it took longer than \d+ s\.\n\nold/);
  expect(written).not.toContain("Half an answer");

  expect(await ask({ good }, { page, limitsMs, quiet: true })).toBe(true);
  await ask({ good }, { page, limitsMs: { each: 1, all: 0 }, quiet: true });
  expect(readFileSync(page, "utf8")).toMatch(/> Not renewed on .*: the time limit for all benchmarks was reached/);
});
