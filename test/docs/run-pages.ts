import { execFile, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { getAllStartMethods } from "@manyhands/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileProgram } from "../setup/compile-program.ts";
import { type Block, readBlocks, root } from "./page.ts";

const command = join(root, "packages/process/bin/manyhands.js");
const canFork = getAllStartMethods().includes("forkserver");
const hasPython = spawnSync("python3", ["-c", ""]).status === 0;

const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/**
 * Runs the programs of pages, and compares what they print with what the pages show.
 *
 * A block of `ts` or `js` is a whole program. If it begins with a comment that is a file's name, such as `// job.ts`,
 * it is written to that file for the other programs of the page; only `// main.ts` also runs. In an output, `<n>` is
 * any number. Programs of TypeScript run compiled. A comment in the page above a block says what is special:
 *
 * - `<!-- run: manyhands run -->` starts it so that it can be forked.
 * - `<!-- run: in any order -->` lets its lines come in any order.
 * - `<!-- run: with fastify -->` leaves it to `docs/check.js`, where that package is installed.
 */
export function runPages(pages: readonly string[]): void {
  // In a workspace, so that the programs find the packages by name as a user's program does.
  const folder = mkdtempSync(join(root, "examples", ".readme-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const programs: string[] = [];

  const hasTests = ({ language, run }: Block) => /^([mc]?[jt]s|py|sh)$/.test(language) && !run.startsWith("with ");
  describe.each(pages.filter((page) => readBlocks(page).some(hasTests)))("%s", (page) => {
    const home = join(folder, page.replaceAll("/", "-"));
    mkdirSync(home);
    const blocks = readBlocks(page);
    const files = blocks.filter(({ language }) => /^([mc]?[jt]s|json)$/.test(language));
    const numbered = files.map((block) => ({ block, file: join(home, nameOf(block)) }));
    for (const { block, file } of numbered) writeFileSync(file, block.text);
    const typed = numbered.filter(({ block }) => block.language === "ts");
    beforeAll(() => Promise.all(typed.map(({ file }) => compileProgram(file, compiledName(file)))));
    programs.push(...numbered.flatMap(({ block, file }) => (isTyped(block) ? [file] : [])));

    for (const { block, file } of numbered.filter(({ block }) => isProgram(block))) {
      it(`the program in line ${block.line} prints what the page shows`, async () => {
        if (block.run.includes("manyhands run") && !canFork) return console.warn("not run: no forks here");
        await expectOutput(block, compiledName(file), home);
      });
    }
    for (const block of blocks.filter(({ language }) => language === "py")) {
      it(`the Python program in line ${block.line} prints what the page shows`, async () => {
        if (!hasPython) return console.warn("not run: this machine has no python3");
        const file = join(home, `line_${block.line}.py`);
        writeFileSync(file, block.text);
        const { stdout } = await promisify(execFile)("python3", [file], { cwd: home });
        expectLines(stdout, block);
      });
    }
    const commands = blocks.filter(({ language }) => language === "sh").flatMap(({ text }) => linesOf(text));
    if (commands.length > 0)
      it("the commands exist", () => expect(commands.filter((line) => !isKnown(line))).toEqual([]));
  });

  it("the programs of the pages have no type errors", async () => {
    const settings = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: { composite: false, noEmit: true, noUnusedLocals: false, allowImportingTsExtensions: true },
      files: programs,
      references: [],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(settings));
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, "-p", folder]).catch((error) => error);
    expect(stdout).toBe("");
  });
}

/** The file of a block: the name in its first line, or one by its line. */
function nameOf({ text, language, line }: Block): string {
  return /^\/\/ ([\w.-]+\.[a-z]+)\n/.exec(text)?.[1] ?? `line-${line}.${language}`;
}

const compiledName = (file: string) => file.replace(/\.ts$/, ".js");

function isProgram(block: Block): boolean {
  return /^(main\.|line-)/.test(nameOf(block)) && block.language !== "json" && !block.run.startsWith("with ");
}

function isTyped(block: Block): boolean {
  return block.language === "ts" && !block.run.startsWith("with ");
}

async function expectOutput(block: Block, file: string, cwd: string): Promise<void> {
  const start = block.run.includes("manyhands run") ? [command, "run", "--no-warnings"] : [];
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...start, file], { cwd });
  expect(stderr).toBe("");
  expect(stdout).not.toBe("");
  expectLines(stdout, block);
}

function expectLines(stdout: string, { output, run }: Block): void {
  if (output === undefined) return;
  const sorted = (lines: string[]) => (run.includes("in any order") ? lines.sort() : lines);
  const expected = sorted(linesOf(output)).map((line) => line.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`^${expected.join("\n").replaceAll("<n>", "[\\d.]+")}$`);
  expect(sorted(linesOf(stdout)).join("\n")).toMatch(pattern);
}

const linesOf = (text: string) => text.trimEnd().split("\n");

/** Whether a command of a page names a script, a package or a subcommand that exists. */
function isKnown(line: string): boolean {
  const [, script] = /^npm (?:run )?([\w-]+)/.exec(line) ?? [];
  if (/^npm (install|pkg set) /.test(line) || line.startsWith("#") || line === "") return true;
  if (script !== undefined) return script in scripts;
  return /^(npx (manyhands|manyhands-bench|tsx|vitest|tsc)|node|python3|kill|docker|cd) /.test(line);
}
