// What the compiler says to common mistakes of newcomers. It must name the mistake, on every supported TypeScript.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const mistakes: Record<string, string> = {
  "new Process(add);": "ArgsAreMissing",
  "new Process(add, { args: [1] });": "Type '[number]' is not assignable to type 'readonly [a: number, b: number]'.",
  'new Process(add, { args: ["1", 2] });': "Type 'string' is not assignable to type 'number'.",
  "new Process(add, { arg: [1, 2] });": "'arg' does not exist in type 'ProcessOptions<",
  'new Process(add, { args: [1, 2], startMethod: "forked" });': `Did you mean '"fork"'?`,
  "new Process(add, { args: [1, 2] }).join(1);": "Type '1' has no properties in common with type 'WaitOptions'.",
  "new Process(add, { args: [1, 2] }).exitcode;": "Did you mean 'exitCode'?",
  'pool.map(double, ["1"]);': "Type 'string' is not assignable to type 'number'.",
  "pool.map(double, texts);": "Type 'string' is not assignable to type 'number'.",
  "pool.starmap(add, [[1, 2], [3]]);": "Type '[number]' is not assignable to type 'readonly [a: number, b: number]'.",
  "pool.apply(add, [1]);":
    "Argument of type '[number]' is not assignable to parameter of type 'readonly [a: number, b: number]'.",
  "pool.map(add, [1, 2]);": "Target signature provides too few arguments. Expected 2 or more, but got 1.",
  "executor.submit(add, 1, 2, 3);": "Expected 3 arguments, but got 4.",
  "new ProcessPoolExecutor({ max_workers: 4 });": "Did you mean to write 'maxWorkers'?",
  'new Queue<number>().put("1");': "Argument of type 'string' is not assignable to parameter of type 'number'.",
  'new Supervisor([{ name: "a", target: add, args: [1] }]);':
    "Type '[number]' is not assignable to type 'readonly [a: number, b: number]'.",
  'new Supervisor([{ name: "a", target: add, args: [1, 2], graceMS: 1 }]);':
    "'graceMS' does not exist in type 'ChildOptions<",
  'new Supervisor([{ name: "a", target: add, args: [1, 2], restart: "allways" }]);':
    "is not assignable to type 'RestartKind",
  "new Lock().acquire(false);": "Type 'false' has no properties in common with type 'WaitOptions'.",
};

const header = `import { Lock, Pool, Process, ProcessPoolExecutor, Queue } from "@manyhands/process";
import { Supervisor } from "@manyhands/process/supervisor";
declare const add: (a: number, b: number) => number, double: (x: number) => number, texts: string[];
declare const pool: Pool, executor: ProcessPoolExecutor;
`;
const headerLines = header.split("\n").length;

// Beside the package, so that its name resolves to it.
const folder = mkdtempSync(join(dirname(fileURLToPath(import.meta.url)), "mistakes-"));
afterAll(() => rmSync(folder, { recursive: true }));

// Further compilers, as paths of their packages: MANYHANDS_COMPILERS=/tmp/5.4/node_modules/typescript:…
const further = (process.env.MANYHANDS_COMPILERS ?? "").split(":").filter(Boolean);
const own = dirname(createRequire(import.meta.url).resolve("typescript/package.json"));
const releaseOf = (compiler: string) => JSON.parse(readFileSync(join(compiler, "package.json"), "utf8")).version;
const flags = "--noEmit --strict --skipLibCheck --target es2022 --lib es2022,esnext.disposable --types node";
const resolution = "--module nodenext --moduleResolution nodenext";

describe.each([own, ...further].map((path) => [releaseOf(path), path]))("TypeScript %s", (release, compiler) => {
  const errors = new Map<number, string>();

  beforeAll(() => {
    const file = join(folder, "mistakes.ts");
    writeFileSync(file, header + Object.keys(mistakes).join("\n"));
    const options = `${flags} ${resolution}${release.startsWith("5.") ? "" : " --ignoreConfig"}`.split(" ");
    const program = [join(compiler, "bin/tsc"), ...options, file];
    const { stdout } = spawnSync(process.execPath, program, { encoding: "utf8" });
    let at = 0;
    for (const text of stdout.split("\n")) {
      const line = /mistakes\.ts\((\d+),/.exec(text)?.[1];
      if (line !== undefined) at = Number(line) - headerLines;
      errors.set(at, `${errors.get(at) ?? ""}${text}\n`);
    }
  });

  it.each(Object.entries(mistakes).map(([code, error], at) => [code, error, at] as const))(
    "names the mistake in %s",
    (_, error, at) => expect(errors.get(at)).toContain(error),
  );

  it("needs at most four lines, but for the overloads of new Process()", () => {
    const long = [...errors.values()].filter((text) => text.trim().split("\n").length > 4);
    expect(long.filter((text) => !text.includes("ArgsAreMissing"))).toEqual([]);
  });
});
