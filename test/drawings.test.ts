import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const architecture = readFileSync(join(root, "ARCHITECTURE.md"), "utf8");
const source = "packages/process/src";

/** The text below a heading of ARCHITECTURE.md, up to the next heading of its level. */
function readSection(heading: string): string {
  const [, below = ""] = architecture.split(`\n## ${heading}\n`);
  return below.split("\n## ")[0] as string;
}

/** The source files that a text names in backquotes, from the folder of the runtime's sources. */
function namedFiles(text: string): string[] {
  return [...text.matchAll(/`([\w./-]+\/[\w.-]+\.c?ts|[\w./-]+\/[\w.-]+\.cjs)`/g)].map(([, file]) => file as string);
}

/** The files that do not exist, in the sources or in the repository. */
function findMissing(files: readonly string[]): string[] {
  return files.filter((file) => !existsSync(join(root, source, file)) && !existsSync(join(root, file)));
}

describe.each(["The life of a Process", "The life of a pool call"])("%s", (heading) => {
  const files = namedFiles(readSection(heading));

  it("the drawing names existing files only", () => {
    expect(files.length).toBeGreaterThan(10);
    expect(findMissing(files)).toEqual([]);
  });
});

it("the check finds a file that does not exist", () => {
  expect(findMissing(namedFiles("`process/parent/process.ts` calls `process/parent/planted.ts`."))).toEqual([
    "process/parent/planted.ts",
  ]);
});
