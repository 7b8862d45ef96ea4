import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { findFaults } from "./prose.ts";

const root = join(import.meta.dirname, "..");
// The list of words itself names each of them.
const exempt = new Set(["test/prose.ts", "test/prose.test.ts"]);
const files = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" })
  .split("\n")
  .filter((file) => (/\.(ts|js|cjs|mjs|md|py|c|yml)$/.test(file) || file === ".ci/run") && !exempt.has(file));

it("no comment, string or page uses a word that CONTRIBUTING.md rules out", () => {
  const faults = files.flatMap((file) => findFaults(join(root, file)).map((fault) => `${file}:${fault}`));
  expect(faults).toEqual([]);
});

it("a doc comment names its source before its tags: the text after a tag belongs to the tag", () => {
  const comments = files
    .filter((file) => /^packages\/.*\.ts$/.test(file))
    .flatMap((file) => readFileSync(join(root, file), "utf8").match(/\/\*\*[\s\S]*?\*\//g) ?? []);
  expect(comments.filter((comment) => /\* @[a-z][\s\S]*\* Source:/.test(comment))).toEqual([]);
});

describe("findFaults()", () => {
  const folder = mkdtempSync(join(tmpdir(), "manyhands-prose-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const faultsOf = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return findFaults(path);
  };

  it.each([
    ["a comment", "a.ts", "// The worker tells its parent.\n"],
    ["a doc comment", "a.ts", "/**\n * Whoever waits.\n */\n"],
    ["a string", "a.ts", 'throw new Error("the child died");\n'],
    ["a template", "a.ts", "const text = `the worker is dead`;\n"],
    ["a page", "a.md", "Somebody waits.\n"],
    ["a long line of comment", "a.ts", `// ${"x ".repeat(60)}\n`],
  ])("finds a fault in %s", (_, name, text) => expect(faultsOf(name, text)).toHaveLength(1));

  it.each([
    ["code", "a.ts", "const dead = Math.floor(1) / 2; // as before\n"],
    ["a name in backquotes", "a.ts", "// Rounds by `Math.floor`.\n"],
    ["a regular expression", "a.ts", "const pattern = /it's dead/;\n"],
    ["a code block of a page", "a.md", "```ts\n// nobody\n```\n"],
  ])("accepts %s", (_, name, text) => expect(faultsOf(name, text)).toEqual([]));
});
