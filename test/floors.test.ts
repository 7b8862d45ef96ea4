import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { findBreaches, readHouses } from "./floors.ts";

const root = join(import.meta.dirname, "..");
const houses = readHouses(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"));

describe.each(houses)("$source", (house) => {
  it("imports only down, and makes no circles", () => {
    expect(findBreaches(root, house)).toEqual([]);
  });
});

describe("the check itself", () => {
  const copy = mkdtempSync(join(tmpdir(), "manyhands-floors-"));
  afterEach(() => rmSync(copy, { recursive: true, force: true }));

  it.each([
    [
      "an import up",
      "base/planted.ts",
      'import type { Process } from "../process/process.ts";',
      "base/planted.ts imports up: process/process.ts",
    ],
    [
      "an import of the roof",
      "process/planted.ts",
      'export { wait } from "../index.ts";',
      "process/planted.ts imports index.ts: nothing imports the roof",
    ],
    [
      "an import of a child's program",
      "start/planted.ts",
      'await import("../entry/thread.ts");',
      "start/planted.ts imports entry/thread.ts: a child's program is named by URL",
    ],
    ["a circle", "base/planted.ts", 'import "./planted.ts";', "a circle: base/planted.ts → base/planted.ts"],
    [
      "a folder of its own",
      "utils/planted.ts",
      "export {};",
      "utils/planted.ts stands on no floor that ARCHITECTURE.md lists",
    ],
  ])("finds %s", (_, place, text, breach) => {
    const [house] = houses as [(typeof houses)[number]];
    cpSync(join(root, house.source), join(copy, house.source), { recursive: true });
    cpSync(join(root, house.source, "base"), join(copy, house.source, place.split("/")[0] as string), {
      recursive: true,
      force: false,
    });
    writeFileSync(join(copy, house.source, place), text);
    expect(findBreaches(copy, house)).toContain(breach);
  });
});
