import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

// A user's program with a function of every kind, run by every loader. The runtime is the one that runs this test: the
// continuous integration runs it on every supported line of Node.

const run = promisify(execFile);
const fixture = fileURLToPath(new URL("../fixture/matrix", import.meta.url));
const modules = fileURLToPath(new URL("../../../../node_modules", import.meta.url));
const tool = (name: string) => join(modules, ".bin", name);
const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript);

const expected: Record<string, unknown> = {
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
  "a subclass of Process": [1, 42, "Job"],
};

interface Outcome {
  readonly value?: unknown;
  readonly name?: string;
  readonly message?: string;
  readonly stack?: string;
}

let folder: string;

/** Makes a folder of a user's project, with the program's sources in it. */
function project(name: string, type: "module" | "commonjs"): string {
  const at = join(folder, name);
  cpSync(fixture, at, { recursive: true });
  writeFileSync(join(at, "package.json"), JSON.stringify({ type }));
  if (type === "commonjs") {
    // There is no await at the top of a CommonJS module.
    const [head, tail] = readFileSync(join(at, "program.ts"), "utf8").split("const outcomes:") as [string, string];
    writeFileSync(join(at, "program.ts"), `${head}void (async () => {\nconst outcomes:${tail}})();\n`);
  }
  return at;
}

function compile(at: string): Promise<unknown> {
  const types = ["--types", "node", "--typeRoots", join(modules, "@types"), "--skipLibCheck"];
  const shape = ["--module", "nodenext", "--target", "es2022", "--sourceMap", "--rewriteRelativeImportExtensions"];
  return run(tool("tsc"), ["--ignoreConfig", "--outDir", at, ...shape, ...types, join(at, "program.ts")], { cwd: at });
}

function bundle(at: string, ...options: string[]): Promise<unknown> {
  const shape = [
    "--bundle",
    "--platform=node",
    "--packages=external",
    "--target=node20",
    "--keep-names",
    "--log-level=error",
  ];
  return run(tool("esbuild"), [join(at, "program.ts"), ...shape, ...options], { cwd: at });
}

/** How a program is run: what prepares it, the options of Node, the program, and where an error in it is seen. */
interface Way {
  readonly name: string;
  readonly skip?: boolean;
  /** Whether it says nothing of how children are loaded, so that one start method will do. */
  readonly once?: boolean;
  readonly type?: "commonjs";
  readonly prepare?: (at: string) => Promise<unknown>;
  readonly options?: readonly string[];
  readonly program?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly place: RegExp;
}

const inSource = /program\.ts:59:9\b/;
const inOutput = /program\.js:47:11\b/;

const ways: readonly Way[] = [
  { name: "Node's own type stripping", skip: !stripsTypes, options: ["--no-warnings"], place: inSource },
  { name: "tsx", options: ["--import", "tsx"], place: inSource },
  { name: "tsx, CommonJS", type: "commonjs", options: ["--import", "tsx"], place: inSource },
  { name: "tsc's output", prepare: compile, program: "program.js", place: inOutput },
  {
    name: "tsc's output with source maps",
    once: true,
    prepare: compile,
    options: ["--enable-source-maps"],
    program: "program.js",
    place: inSource,
  },
  {
    name: "tsc's output, CommonJS",
    type: "commonjs",
    prepare: compile,
    program: "program.js",
    place: /program\.js:\d+:11\b/,
  },
  {
    name: "a bundle",
    prepare: (at) => bundle(at, "--format=esm", "--outfile=out.mjs"),
    program: "out.mjs",
    place: /out\.mjs:\d+:9\b/,
  },
  {
    name: "a bundle, minified",
    once: true,
    prepare: (at) => bundle(at, "--format=esm", "--minify", "--outfile=out.mjs"),
    program: "out.mjs",
    place: /out\.mjs:1:\d+/,
  },
  {
    name: "a bundle, CommonJS",
    type: "commonjs",
    prepare: (at) => bundle(at, "--format=cjs", "--outfile=out.cjs"),
    program: "out.cjs",
    place: /out\.cjs:\d+:9\b/,
  },
  {
    name: "V8's coverage",
    once: true,
    prepare: compile,
    program: "program.js",
    env: { NODE_V8_COVERAGE: "coverage" },
    place: inOutput,
  },
  {
    name: "a debugger's port",
    once: true,
    prepare: compile,
    options: ["--inspect=127.0.0.1:0"],
    program: "program.js",
    place: inOutput,
  },
  {
    name: "no __proto__",
    once: true,
    prepare: compile,
    options: ["--disable-proto=throw"],
    program: "program.js",
    place: inOutput,
  },
  {
    name: "frozen intrinsics",
    once: true,
    prepare: compile,
    options: ["--frozen-intrinsics", "--no-warnings"],
    program: "program.js",
    place: inOutput,
  },
  {
    name: "a thread of the program's own",
    once: true,
    prepare: async (at) => {
      await compile(at);
      writeFileSync(
        join(at, "main.mjs"),
        'import { Worker } from "node:worker_threads"; new Worker(new URL("./program.js", import.meta.url), { argv: process.argv.slice(2) });',
      );
    },
    program: "main.mjs",
    place: inOutput,
  },
];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "manyhands-matrix-"));
  symlinkSync(modules, join(folder, "node_modules"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

for (const startMethod of ["thread", "spawn"]) {
  describe.each(ways)(`by ${startMethod}, under $name`, (way) => {
    it.skipIf(way.skip || (way.once && startMethod !== "thread"))(
      "every kind of function runs",
      async () => {
        const at = project(`${way.name.replace(/\W+/g, "-")}-${startMethod}`, way.type ?? "module");
        await way.prepare?.(at);
        const { stdout } = await run(
          process.execPath,
          [...(way.options ?? []), join(at, way.program ?? "program.ts"), startMethod],
          { cwd: at, env: { ...process.env, ...way.env } },
        );
        const { "an error's place": error, ...outcomes } = JSON.parse(stdout) as Record<string, Outcome>;
        expect(outcomes).toEqual(
          Object.fromEntries(Object.entries(expected).map(([kind, value]) => [kind, { value }])),
        );
        expect(error).toMatchObject({ name: "TypeError", message: "on purpose" });
        expect(error?.stack).toMatch(way.place);
      },
      120_000,
    );
  });
}

describe.each(["forks", "threads", "vmThreads"])("a user's tests by vitest, in %s", (pool) => {
  it("run every kind of function", async () => {
    const at = project(`vitest-${pool}`, "module");
    const [head, tail] = readFileSync(join(at, "program.ts"), "utf8").split("const outcomes:") as [string, string];
    const body = tail.replace(
      "console.log(JSON.stringify(outcomes))",
      'writeFileSync("out.json", JSON.stringify(outcomes))',
    );
    const imports = 'import { writeFileSync } from "node:fs";\nimport { test } from "vitest";\n';
    writeFileSync(
      join(at, "program.test.ts"),
      `${head}${imports}test("all", async () => {\nconst outcomes:${body}}, 60_000);\n`,
    );
    writeFileSync(join(at, "vitest.config.mjs"), "export default { test: {} };");
    const { VITEST: _, ...env } = process.env;
    await run(process.execPath, [join(modules, "vitest/vitest.mjs"), "run", `--pool=${pool}`], { cwd: at, env });
    const { "an error's place": error, ...outcomes } = JSON.parse(readFileSync(join(at, "out.json"), "utf8")) as Record<
      string,
      Outcome
    >;
    expect(outcomes).toEqual(Object.fromEntries(Object.entries(expected).map(([kind, value]) => [kind, { value }])));
    // Vite moves lines about, and maps them back in the process of the tests alone.
    expect(error?.stack).toMatch(/program\.test\.ts:\d+:9\b/);
  }, 120_000);
});

describe("the program that the documentation opens with, as it is written there", () => {
  const opening = fileURLToPath(new URL("../fixture/target/opening.ts", import.meta.url));
  const expectThree = async (...command: string[]) => {
    const { stdout, stderr } = await run(process.execPath, command);
    expect(stdout).toMatch(/^(child \((\d+)\): finished job\n){3}parent \(\2\): finished job\n$/);
    expect(stderr).toBe("");
  };

  it("runs as the TypeScript that it is", async () => {
    await expectThree(...(stripsTypes ? ["--no-warnings"] : ["--import", "tsx"]), opening);
  });

  it("runs compiled", async () => {
    const at = project("opening", "module");
    cpSync(opening, join(at, "program.ts"));
    await compile(at);
    await expectThree(join(at, "program.js"));
  });
});

describe("where V8's inspector is not to be had", () => {
  it("functions are refused, with what to write, and what is named by its module starts", async () => {
    const at = project("permission", "module");
    await compile(at);
    writeFileSync(
      join(at, "named.mjs"),
      'import { Process } from "@manyhands/process";\n' +
        "const outcomes = [];\n" +
        "try { new Process(() => 1).start(); } catch (error) { outcomes.push(error.message); }\n" +
        'outcomes.push(await new Process({ module: new URL("./helpers.js", import.meta.url), name: "outer" }, { args: [1] }).start().result());\n' +
        "console.log(JSON.stringify(outcomes));\n",
    );
    const permission = process.allowedNodeEnvironmentFlags.has("--permission")
      ? "--permission"
      : "--experimental-permission";
    const { stdout } = await run(process.execPath, [
      permission,
      "--allow-fs-read=*",
      "--allow-worker",
      "--no-warnings",
      join(at, "named.mjs"),
    ]);
    expect(JSON.parse(stdout)).toEqual([
      expect.stringMatching(/^Cannot find where a function was defined: .*; export the function from a module/),
      8,
    ]);
  });

  it("a program that forbids text to be run is told so", async () => {
    const at = project("no-eval", "module");
    await compile(at);
    const { stdout } = await run(process.execPath, ["--disallow-code-generation-from-strings", join(at, "program.js")]);
    const outcomes = JSON.parse(stdout) as Record<string, Outcome>;
    expect(outcomes["a closure"]).toMatchObject({
      name: "TargetError",
      message: expect.stringMatching(/--disallow-code-generation-from-strings forbids it/),
    });
    expect(outcomes["an exported function of another module"]).toEqual({ value: 8 });
  });
});
