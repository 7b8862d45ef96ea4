import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createInstrumenter } from "istanbul-lib-instrument";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// A user's program with a function of every kind, run by every loader, on threads and in fresh processes. It runs on
// the Node release that runs this test: `.ci/run` runs all ways on this machine's Node, and on the other supported
// releases those in which releases differ. Type stripping is skipped where Node has none. ts-node is not among the
// ways: it does not work with TypeScript 7.

const run = promisify(execFile);
const fixture = fileURLToPath(new URL("../fixture/matrix", import.meta.url));
const modules = fileURLToPath(new URL("../../../../node_modules", import.meta.url));
const tool = (name: string) => join(modules, ".bin", name);
const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);

const byKind: Record<string, unknown> = {
  "a declared function": 42,
  "an exported function of the main module": "slept",
  "mutual recursion": true,
  "a closure": 44,
  "a method": 82,
  "a generator": [0, 3, 6],
  "an exported function of another module": 8,
  "a default export": 101,
  "a hidden function of another module": 4,
  "named imports": 30,
  "a default import": 101,
  "a namespace import": 30,
  "built-ins": "b",
  "captured data": [1, 2, 3],
  "a class": [1681, "hello from Shaped"],
  "a dynamic import of a built-in": "\n",
  "default parameters": [41, 82],
};
const expected: Record<string, unknown> = {
  ...byKind,
  "a subclass of Process": [1, 42, "Job"],
  "functions among the arguments": byKind,
  "by reference, in a process of its own": 8,
};

interface KindOutcome {
  readonly value?: unknown;
  readonly name?: string;
  readonly message?: string;
  readonly stack?: string;
}
type OutcomesByMethod = Record<string, Record<string, KindOutcome>>;

/** Expects the same outcomes from each start method, and the position of each error in its stack. */
function expectOutcomes(outcomes: OutcomesByMethod, startMethods: readonly string[], place: RegExp): void {
  expect(Object.keys(outcomes).sort()).toEqual([...startMethods].sort());
  for (const [startMethod, found] of Object.entries(outcomes)) {
    const { "an error's place": error, "an error's place in a pool": inPool, ...values } = found;
    expect(values, startMethod).toEqual(
      Object.fromEntries(Object.entries(expected).map(([kind, value]) => [kind, { value }])),
    );
    for (const one of [error, inPool]) {
      expect(one).toMatchObject({ name: "TypeError", message: "on purpose" });
      expect(one?.stack, startMethod).toMatch(place);
    }
  }
}

let folder: string;
let compiled: Record<"module" | "commonjs", string>;

/** Makes the folder of a user's project, with the program's sources in it. */
function project(name: string, type: "module" | "commonjs" = "module"): string {
  const at = join(folder, name.replace(/\W+/g, "-"));
  cpSync(fixture, at, { recursive: true });
  writeFileSync(join(at, "package.json"), JSON.stringify({ type }));
  if (type === "commonjs") {
    // A CommonJS module has no top-level await.
    const [head, tail] = splitProgram(at);
    writeFileSync(join(at, "program.ts"), `${head}void (async () => {\n${outcomesDeclaration}${tail}})();\n`);
  }
  return at;
}

const outcomesDeclaration = "const outcomes: Record<string, unknown> = {};\n";

/** The part of the program that defines its functions, and the part that runs them. */
function splitProgram(at: string): [string, string] {
  return readFileSync(join(at, "program.ts"), "utf8").split(outcomesDeclaration) as [string, string];
}

function compile(at: string): Promise<unknown> {
  const types = ["--types", "node", "--typeRoots", join(modules, "@types"), "--skipLibCheck"];
  const shape = ["--module", "nodenext", "--target", "es2022", "--sourceMap", "--rewriteRelativeImportExtensions"];
  return run(tool("tsc"), ["--ignoreConfig", "--outDir", at, ...shape, ...types, join(at, "program.ts")], { cwd: at });
}

const output = (type: "module" | "commonjs") => (at: string) => {
  for (const file of readdirSync(compiled[type])) {
    if (/\.js(\.map)?$/.test(file)) cpSync(join(compiled[type], file), join(at, file));
  }
};

const bundle =
  (...options: string[]) =>
  (at: string): Promise<unknown> => {
    const shape = ["--bundle", "--platform=node", "--packages=external", "--target=node20"];
    return run(tool("esbuild"), [join(at, "program.ts"), ...shape, "--keep-names", "--log-level=error", ...options], {
      cwd: at,
    });
  };

function instrument(at: string): void {
  output("module")(at);
  const instrumenter = createInstrumenter({ esModules: true, produceSourceMap: false, compact: false });
  for (const name of ["program.js", "helpers.js"]) {
    const path = join(at, name);
    writeFileSync(path, instrumenter.instrumentSync(readFileSync(path, "utf8"), path));
  }
}

/**
 * A way to run the program: its preparation, the options of Node, its file, and the position of its error in stacks.
 */
interface Way {
  readonly name: string;
  readonly skip?: boolean;
  readonly type?: "commonjs";
  readonly prepare?: (at: string) => unknown;
  readonly options?: readonly string[];
  readonly program?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly place: RegExp;
}

const inSource = /program\.ts:59:9\b/;
const inOutput = /program\.js:47:11\b/;
const isOutput = { prepare: output("module"), program: "program.js", place: inOutput } as const;

const ways: readonly Way[] = [
  { name: "Node's own type stripping", skip: !stripsTypes, options: ["--no-warnings"], place: inSource },
  {
    name: "Node's own type stripping, CommonJS",
    // Only types are stripped: a file with ECMAScript syntax is a module, whatever its package says.
    skip: !stripsTypes,
    prepare: (at) => rmSync(join(at, "package.json")),
    options: ["--no-warnings"],
    place: inSource,
  },
  { name: "tsx", options: ["--import", "tsx"], place: inSource },
  { name: "tsx, CommonJS", type: "commonjs", options: ["--import", "tsx"], place: inSource },
  { name: "tsc's output", ...isOutput },
  { name: "tsc's output with source maps", ...isOutput, options: ["--enable-source-maps"], place: inSource },
  {
    name: "tsc's output, CommonJS",
    type: "commonjs",
    prepare: output("commonjs"),
    program: "program.js",
    place: /program\.js:\d+:11\b/,
  },
  {
    name: "a bundle",
    prepare: bundle("--format=esm", "--outfile=out.mjs"),
    program: "out.mjs",
    place: /out\.mjs:\d+:9\b/,
  },
  {
    name: "a bundle, minified",
    prepare: bundle("--format=esm", "--minify", "--outfile=out.mjs"),
    program: "out.mjs",
    place: /out\.mjs:1:\d+/,
  },
  {
    name: "a bundle, CommonJS",
    type: "commonjs",
    prepare: bundle("--format=cjs", "--outfile=out.cjs"),
    program: "out.cjs",
    place: /out\.cjs:\d+:9\b/,
  },
  { name: "V8's coverage", ...isOutput, env: { NODE_V8_COVERAGE: "coverage" } },
  { name: "Istanbul's coverage", prepare: instrument, program: "program.js", place: /program\.js:\d+:\d+/ },
  { name: "a debugger's port", ...isOutput, options: ["--inspect=127.0.0.1:0"] },
  { name: "no __proto__", ...isOutput, options: ["--disable-proto=throw"] },
  { name: "frozen intrinsics", ...isOutput, options: ["--frozen-intrinsics", "--no-warnings"] },
  {
    name: "a worker thread of the program",
    prepare(at) {
      output("module")(at);
      writeFileSync(
        join(at, "main.mjs"),
        'import { Worker } from "node:worker_threads"; new Worker(new URL("./program.js", import.meta.url));',
      );
    },
    program: "main.mjs",
    place: inOutput,
  },
];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "manyhands-matrix-"));
  symlinkSync(modules, join(folder, "node_modules"));
  compiled = { module: project("output"), commonjs: project("output, CommonJS", "commonjs") };
  await Promise.all(Object.values(compiled).map(compile));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(ways)("under $name", (way) => {
  it.skipIf(way.skip)("every kind of function runs, on threads and in fresh processes", async () => {
    const at = project(way.name, way.type);
    await way.prepare?.(at);
    const env = { ...process.env, ...way.env, START_METHODS: "thread spawn" };
    const program = [...(way.options ?? []), join(at, way.program ?? "program.ts")];
    const { stdout } = await run(process.execPath, program, { cwd: at, env });
    expectOutcomes(JSON.parse(stdout) as OutcomesByMethod, ["thread", "spawn"], way.place);
  });
});

describe("a user's tests by vitest", () => {
  it("run every kind of function, in each of vitest's pools", async () => {
    const pools = ["forks", "threads", "vmThreads"];
    const at = project("vitest");
    const [head, tail] = splitProgram(at);
    const body = tail.replace(
      "console.log(JSON.stringify(outcomes))",
      'writeFileSync(process.env.OUTCOMES ?? "", JSON.stringify(outcomes))',
    );
    writeFileSync(
      join(at, "program.test.ts"),
      `${head}import { writeFileSync } from "node:fs";\nimport { test } from "vitest";\n` +
        `test("all", async () => {\n${outcomesDeclaration}${body}}, 120_000);\n`,
    );
    const projects = pools.map((pool) => ({ test: { name: pool, pool, env: { OUTCOMES: `${pool}.json` } } }));
    writeFileSync(join(at, "vitest.config.mjs"), `export default ${JSON.stringify({ test: { projects } })};`);
    const { VITEST: _, ...env } = process.env;
    await run(process.execPath, [join(modules, "vitest/vitest.mjs"), "run"], { cwd: at, env });
    for (const pool of pools) {
      const outcomes = JSON.parse(readFileSync(join(at, `${pool}.json`), "utf8")) as OutcomesByMethod;
      // Vite moves lines, and maps them back in the process of the tests only.
      expectOutcomes(outcomes, ["thread"], /program\.test\.ts:\d+:9\b/);
    }
  });

  it("import modules in functions, from the root of the project and from outside", async () => {
    const at = project("vitest import");
    mkdirSync(join(at, "project/src"), { recursive: true });
    writeFileSync(join(at, "outside.mjs"), "export const name = 'outside';");
    writeFileSync(join(at, "project/lib.ts"), "export const name: string = 'lib';");
    // Not that of the root.
    writeFileSync(join(at, "project/src/lib.ts"), "export const name: string = 'src/lib';");
    writeFileSync(
      join(at, "project/src/program.test.ts"),
      `import { expect, test } from "vitest";
      import { Process } from "@manyhands/process";
      const names = async () => {
        const modules = [import("../lib"), import("./lib.ts"), import("../../outside.mjs"), import("node:path")];
        return (await Promise.all(modules)).map(({ name, sep }: { name?: string; sep?: string }) => name ?? typeof sep);
      };
      test("all", async () => {
        const expected = ["lib", "src/lib", "outside", "string"];
        expect(await names()).toEqual(expected);
        expect(await new Process(names).start().result()).toEqual(expected);
      }, 120_000);`,
    );
    const { VITEST: _, ...env } = process.env;
    const vitest = [join(modules, "vitest/vitest.mjs"), "run", "--root", join(at, "project")];
    await expect(run(process.execPath, vitest, { cwd: at, env })).resolves.toMatchObject({ stderr: "" });
  });
});

describe("the first program of the documentation", () => {
  const opening = fileURLToPath(new URL("../fixture/callable/opening.ts", import.meta.url));
  const expectThree = async (...command: string[]) => {
    const { stdout, stderr } = await run(process.execPath, command);
    expect(stdout).toMatch(/^(child \((\d+)\): finished job\n){3}parent \(\2\): finished job\n$/);
    expect(stderr).toBe("");
  };

  it("runs as TypeScript", async () => {
    await expectThree(...(stripsTypes ? ["--no-warnings"] : ["--import", "tsx"]), opening);
  });

  it("runs compiled", async () => {
    const at = project("opening");
    cpSync(opening, join(at, "program.ts"));
    await compile(at);
    await expectThree(join(at, "program.js"));
  });
});

const permission = process.allowedNodeEnvironmentFlags.has("--permission")
  ? "--permission"
  : "--experimental-permission";

describe.each([
  ["is not permitted", [permission, "--allow-fs-read=*", "--allow-worker", "--no-warnings"]],
  ["is not in this build of Node", ["--import", withoutInspector()]],
])("where V8's inspector %s", (_, options) => {
  it("a function is refused with a fix, and a target given by its module runs", async () => {
    const at = project(`no inspector ${options[0]}`);
    output("module")(at);
    writeFileSync(
      join(at, "named.mjs"),
      'import { Process } from "@manyhands/process";\n' +
        "const outcomes = [];\n" +
        "try { new Process(() => 1).start(); } catch (error) { outcomes.push(error.message); }\n" +
        'outcomes.push(await new Process({ module: new URL("./helpers.js", import.meta.url), name: "outer" }, { args: [1] }).start().result());\n' +
        "console.log(JSON.stringify(outcomes));\n",
    );
    const { stdout } = await run(process.execPath, [...options, join(at, "named.mjs")]);
    expect(JSON.parse(stdout)).toEqual([
      expect.stringMatching(
        /^Cannot find where a function was defined: .*; (start the program with --allow-inspector, or )?export the function from a module/,
      ),
      8,
    ]);
  });
});

// Imitates a build without an inspector, in which `getBuiltinModule()` does not find the module.
function withoutInspector(): string {
  const text =
    "const { getBuiltinModule } = process; process.getBuiltinModule = (name) => /inspector/.test(name) ? undefined : getBuiltinModule(name);";
  return `data:text/javascript,${encodeURIComponent(text)}`;
}

describe("with --disallow-code-generation-from-strings", () => {
  it("a function sent as text is refused with the reason, and an exported one runs", async () => {
    const at = project("no-eval");
    output("module")(at);
    const { stdout } = await run(process.execPath, ["--disallow-code-generation-from-strings", join(at, "program.js")]);
    const { thread: outcomes } = JSON.parse(stdout) as { thread: Record<string, KindOutcome> };
    expect(outcomes["a closure"]).toMatchObject({
      name: "TargetError",
      message: expect.stringMatching(/--disallow-code-generation-from-strings forbids it/),
    });
    expect(outcomes["an exported function of another module"]).toEqual({ value: 8 });
  });
});
