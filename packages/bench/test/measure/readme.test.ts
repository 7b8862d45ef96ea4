import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

let folder: string;
beforeAll(() => {
  // Inside of the package, so that its name resolves as in a user's program.
  const place = join(import.meta.dirname, "../../node_modules/.readme");
  mkdirSync(place, { recursive: true });
  folder = mkdtempSync(join(place, "snippet-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

it("the example of the README measures a user's function", async () => {
  const snippet = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
  expect(snippet.trim().split("\n").length).toBeLessThanOrEqual(5);
  cpSync(join(import.meta.dirname, "../fixture/own-work.js"), join(folder, "my-work.js"));
  // Unchanged, except for options that make it take less time.
  const short = '{ kernels, size: "tiny", maxRounds: 6, launches: 1, warmUpMs: 20, ceiling: false }';
  expect(snippet).toContain("measureScaling({ kernels })");
  writeFileSync(join(folder, "program.mjs"), snippet.replace("{ kernels })", `${short})`));
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  await import(pathToFileURL(join(folder, "program.mjs")).href);
  const lines = log.mock.calls;
  log.mockRestore();
  expect(lines[0]).toEqual(["work", 1, expect.any(Number)]);
});
