import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const readme = readFileSync(join(root, "README.md"), "utf8");
const runtimeReadme = readFileSync(join(root, "packages/process/README.md"), "utf8");

// In a workspace, so that the programs find the packages by name as a user's program does.
const folder = mkdtempSync(join(root, "examples", ".readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Node 24 and later run TypeScript as it is, `using` included.
const isModern = Number.parseInt(process.versions.node, 10) >= 24;
const loader = isModern ? ["--no-warnings"] : ["--import", "tsx"];

// Each program, with its output where the README shows it.
const shown = [...`${readme}\n${runtimeReadme}`.matchAll(/```ts\n([\s\S]*?)```\n(?:\n```text\n([\s\S]*?)```)?/g)];

it("the READMEs show programs", () => {
  expect(shown.length).toBeGreaterThanOrEqual(4);
});

it.each(shown.map(([, program = "", output], i) => ({ i, program, output })))(
  "program $i of the READMEs runs and prints what they show",
  async ({ i, program, output }) => {
    const file = join(folder, `program-${i}.ts`);
    writeFileSync(file, program);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...loader, file], { cwd: root });
    expect(stderr).toBe("");
    expect(stdout).not.toBe("");
    if (output !== undefined) expect(stdout).toBe(output);
  },
);

it("README.md names scripts and files that exist", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  expect(scripts).toHaveProperty("start");
  expect(scripts).toHaveProperty("test");
  for (const [, link = ""] of readme.matchAll(/\]\(([^)#:]+)\)/g))
    expect(() => readFileSync(join(root, link)), link).not.toThrow(/ENOENT/);
});
