import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { findBreaches, type Layering, readLayerings } from "./layers.ts";

const root = join(import.meta.dirname, "..");
const layerings = readLayerings(readFileSync(join(root, "ARCHITECTURE.md"), "utf8"));
const layeringOf = (folder: string) => layerings.find((layering) => layering.folder === folder) as Layering;

describe.each(layerings)("$folder", (layering) => {
  it("imports only lower layers, without cycles, in folders and files of limited size", () => {
    expect(findBreaches(root, layering)).toEqual([]);
  });

  it("lists exactly the layers that exist", () => {
    const folders = readdirSync(join(root, layering.folder), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
    expect(layering.layers.filter((name) => name !== "index" && name !== ".").sort()).toEqual(folders.sort());
  });
});

describe("findBreaches()", () => {
  const copy = mkdtempSync(join(tmpdir(), "manyhands-layers-"));
  afterEach(() => rmSync(copy, { recursive: true, force: true }));
  const runtime = "packages/process/src";

  it.each([
    [
      "an import up",
      runtime,
      "base/planted.ts",
      'import type { Process } from "../process/parent/process.ts";',
      "base/planted.ts imports up: process/parent/process.ts",
    ],
    [
      "an import up between sub-layers",
      `${runtime}/pool`,
      "wire/planted.ts",
      'import { Pool } from "../api/pool.ts";',
      "wire/planted.ts imports up: api/pool.ts",
    ],
    [
      "an import between layers that are kept apart",
      `${runtime}/pool`,
      "worker/planted.ts",
      'import { Pool } from "../api/pool.ts";',
      "worker/planted.ts imports api/pool.ts: ARCHITECTURE.md keeps the two apart",
    ],
    [
      "an import of an entry point",
      runtime,
      "process/planted.ts",
      'export { wait } from "../index.ts";',
      "process/planted.ts imports index.ts: nothing imports an entry point",
    ],
    [
      "an import of a child's program",
      runtime,
      "start/planted.ts",
      'await import("../entry/thread.ts");',
      "start/planted.ts imports entry/thread.ts: a child's program is named by URL",
    ],
    ["a cycle", runtime, "base/planted.ts", 'import "./planted.ts";', "a cycle: base/planted.ts → base/planted.ts"],
    [
      "a folder that no list names",
      runtime,
      "utils/planted.ts",
      "export {};",
      "utils/planted.ts is in no layer that ARCHITECTURE.md lists",
    ],
    ["a long file", runtime, "base/planted.ts", "\n".repeat(401), "base/planted.ts is longer than 400 lines"],
  ])("finds %s", (_, folder, file, text, breach) => {
    cpSync(join(root, folder), join(copy, folder), { recursive: true });
    const planted = join(copy, folder, file);
    mkdirSync(dirname(planted), { recursive: true });
    writeFileSync(planted, text);
    expect(findBreaches(copy, layeringOf(folder))).toContain(breach);
  });
});
