import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { getAllStartMethods } from "@manyhands/process";
import { afterAll, describe, expect, it } from "vitest";
import { compileProgram } from "../../test/setup/compile-program.ts";

const folder = join(import.meta.dirname, "..");
const command = join(folder, "../packages/process/bin/manyhands.js");
// In the folder of the examples, so that they find the packages.
const compiled = mkdtempSync(join(folder, ".readme-"));
afterAll(() => rmSync(compiled, { recursive: true, force: true }));

// Requirements of some examples that not every machine meets.
const needsFork = (text: string) => text.includes("manyhands run");
const needsPython = (text: string) => text.includes('spawn("python3"');
const canFork = getAllStartMethods().includes("forkserver");
const hasPython = spawnSync("python3", ["-c", ""]).status === 0;

/**
 * Reads the expected output from the end of an example. `<pid>` matches any id, and lines below "in any order" may
 * come in any order.
 */
function expectedOutput(text: string): { lines: string[]; inOrder: boolean } {
  const [, order, output = ""] = /\n\/\/ Output(, in any order)?:\n((?:\/\/.*\n)+)$/.exec(text) ?? [];
  return { lines: linesOf(output.replace(/^\/\/ ?/gm, "")), inOrder: order === undefined };
}

const linesOf = (text: string) => text.trimEnd().split("\n");

describe("each example prints its expected output", () => {
  it.each(readdirSync(folder).filter((file) => file.endsWith(".ts")))("%s", async (file) => {
    const text = readFileSync(join(folder, file), "utf8");
    if (needsFork(text) && !canFork) return console.warn(`${file} was not run: this machine has no forks`);
    if (needsPython(text) && !hasPython) return console.warn(`${file} was not run: this machine has no python3`);
    const program = join(compiled, file.replace(/\.ts$/, ".js"));
    await compileProgram(join(folder, file), program);
    const start = needsFork(text) ? [command, "run", "--no-warnings"] : [];
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...start, program], { cwd: folder });
    expect(stderr).toBe("");
    const printed = linesOf(stdout.replace(/\(\d+\)/g, "(<pid>)"));
    const { lines, inOrder } = expectedOutput(text);
    expect(inOrder ? printed : printed.sort()).toEqual(inOrder ? lines : lines.sort());
  });
});
