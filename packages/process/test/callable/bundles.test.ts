import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

// Programs that a bundler has made one file of, with the modules and the `require` that it writes into it. Each
// function gives the same in children as in the program, before the program has evaluated its modules and after that.

const run = promisify(execFile);
const modules = fileURLToPath(new URL("../../../../node_modules", import.meta.url));
let folder: string;

const files = {
  "package.json": '{ "type": "module" }',
  "lib.js": `
    import { basename } from "node:path";
    let calls = 0;
    export let live = "start";
    export const one = 1;
    export function count() { return ++calls; }
    export function setLive() { live = "changed"; }
    export class K { #p = 3; get() { return this.#p; } }
    export default (path) => basename(path);
  `,
  "dep.cjs": `
    const path = require("node:path");
    exports.base = (file) => path.basename(file);
    exports.lazy = (file) => require("node:path").extname(file);
    exports.Thing = class { run() { return require("node:path").sep; } };
  `,
  "db.js": "export let db; export async function connect(name) { db = { query: () => name }; }",
  "all.js": 'export * from "./db.js"; export { db as default } from "./db.js";',
  "elsewhere/value.json": '{ "value": 7 }',
  "run.js": `
    import { Process } from "@manyhands/process";
    export async function runAll(functions) {
      await new Promise(setImmediate);
      const outcomes = {};
      const note = async (kind, way, run) => {
        outcomes[kind] ??= {};
        outcomes[kind][way] = await run().catch(String);
      };
      for (const phase of ["before", "after"]) {
        for (const startMethod of ["thread", "spawn"])
          for (const [kind, target] of Object.entries(functions))
            await note(kind, phase + " " + startMethod, async () => new Process(target, { startMethod }).start().result());
        if (phase === "before") for (const [kind, target] of Object.entries(functions)) await note(kind, "here", async () => target());
      }
      console.log(JSON.stringify(outcomes));
    }
  `,
  "dynamic.js": `
    import { runAll } from "./run.js";
    runAll({
      constant: async () => (await import("./lib.js")).one,
      variable: async () => { const lib = await import("./lib.js"); lib.setLive(); return lib.live; },
      function: async () => typeof (await import("./lib.js")).count(),
      class: async () => new (await import("./lib.js")).K().get(),
      default: async () => (await import("./lib.js")).default("/a/b"),
      keys: async () => Object.keys(await import("./lib.js")).sort().join(),
      pattern: async () => { const { one, K } = await import("./lib.js"); return [one, typeof K].join(); },
    });
  `,
  "commonjs.js": `
    import { runAll } from "./run.js";
    import dep, { base, lazy } from "./dep.cjs";
    runAll({
      function: () => base("/a/b.c"),
      "function that requires": () => lazy("/a/b.c"),
      member: () => dep.lazy("x.y"),
      class: () => new dep.Thing().run(),
      bound: dep.lazy.bind(null, "q.z"),
      keys: () => Object.keys(dep).join(),
    });
  `,
  "live.js": `
    import { runAll } from "./run.js";
    import { connect, db } from "./db.js";
    import again, { db as renamed } from "./all.js";
    const suffix = "!";
    function query() { return db.query() + suffix; }
    runAll({
      "named import": async () => { await connect("x"); return db.query(); },
      "exported by another module": async () => { await connect("x"); return renamed.query(); },
      "default export": async () => { await connect("x"); return again.query(); },
      "in an inner function": async () => { await connect("x"); return [1].map(() => db.query())[0]; },
      "in another function": async () => { await connect("x"); return query(); },
    });
  `,
  "pool.js": `
    import { Pool } from "@manyhands/process";
    import { connect, db } from "./db.js";
    let calls = 0;
    const count = () => ++calls;
    async function query() { await connect("x"); calls++; return [db.query(), calls]; }
    function inCall(own) { return { get: () => own, query: () => [own, db.query(), calls] }; }
    const { get, query: queryIn } = inCall("own");
    for (const startMethod of ["thread", "spawn"]) {
      const pool = new Pool({ processes: 1, startMethod });
      console.log(JSON.stringify([await pool.apply(count), await pool.apply(get), await pool.apply(query), await pool.apply(queryIn), await pool.apply(count)])); pool.terminate();
    }
  `,
  "require.js": `
    import { createRequire } from "node:module";
    import { runAll } from "./run.js";
    const require = createRequire(import.meta.url);
    const load = createRequire(import.meta.url);
    const elsewhere = createRequire(new URL("./elsewhere/module.js", import.meta.url));
    const tools = { load };
    function inElsewhere() { const require = elsewhere; return () => require("./value.json").value; }
    runAll({
      require: () => require("node:path").basename("/a/b"),
      "by another name": () => load("node:path").basename("/a/b"),
      "in an object": () => tools.load("node:path").basename("/a/b"),
      "for another folder": () => elsewhere("./value.json").value,
      "for another folder, called require": inElsewhere(),
      "its resolve()": () => load.resolve("./run.js").replace(/.*\\//, ""),
    });
  `,
};

const counts: Record<string, number> = { dynamic: 7, commonjs: 6, require: 6, live: 5 };
const banner = 'import { createRequire as make } from "node:module"; const require = make(import.meta.url);';
const tool = (name: string, ...args: string[]) => run(join(modules, ".bin", name), args, { cwd: folder });
const esbuild = (...options: string[]) => {
  const shape = ["--bundle", "--platform=node", "--external:@manyhands/process", "--log-level=error"];
  return (entry: string, out: string) => tool("esbuild", entry, ...shape, ...options, `--outfile=${out}`);
};
const rolldown =
  (...options: string[]) =>
  (entry: string, out: string) =>
    tool("rolldown", entry, "--platform=node", "--external=@manyhands/process", ...options, `--file=${out}`);
const rollup = (entry: string, out: string) =>
  tool("rollup", entry, "--external=@manyhands/process", "--silent", "--inlineDynamicImports", `--file=${out}`);

/** A bundler, the extension of its output, and the programs that it can bundle. */
interface Way {
  readonly by: string;
  readonly extension: string;
  readonly programs: readonly string[];
  readonly bundle?: (entry: string, out: string) => Promise<unknown>;
}

const ways: readonly Way[] = [
  { by: "no bundler", extension: "js", programs: ["dynamic", "commonjs", "require", "live"] },
  {
    by: "esbuild",
    extension: "mjs",
    programs: ["dynamic", "commonjs", "require", "live"],
    bundle: esbuild("--format=esm", `--banner:js=${banner}`),
  },
  {
    by: "esbuild, minified",
    extension: "min.mjs",
    programs: ["dynamic", "commonjs"],
    bundle: esbuild("--format=esm", "--minify", `--banner:js=${banner}`),
  },
  { by: "esbuild, CommonJS", extension: "cjs", programs: ["dynamic", "commonjs"], bundle: esbuild("--format=cjs") },
  {
    by: "Rolldown",
    extension: "rd.mjs",
    programs: ["dynamic", "commonjs", "require"],
    bundle: rolldown("--format=esm", "--no-code-splitting"),
  },
  {
    by: "Rolldown, CommonJS",
    extension: "rd.cjs",
    programs: ["dynamic", "commonjs"],
    bundle: rolldown("--format=cjs", "--no-code-splitting"),
  },
  { by: "Rollup", extension: "ro.mjs", programs: ["dynamic"], bundle: rollup },
];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "manyhands-bundles-"));
  symlinkSync(modules, join(folder, "node_modules"));
  mkdirSync(join(folder, "elsewhere"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cases = ways.flatMap(({ programs, ...way }) => programs.map((program) => ({ ...way, program })));

it.each(cases)("functions of a program built by $by run in children: $program", async (way) => {
  const { program, extension, bundle } = way;
  const file = `${program}.${extension}`;
  await bundle?.(`${program}.js`, file);
  const { stdout, stderr } = await run(process.execPath, [join(folder, file)], { cwd: folder });
  const outcomes = JSON.parse(stdout) as Record<string, Record<string, unknown>>;
  const differing = Object.entries(outcomes).filter(([, found]) => new Set(Object.values(found)).size > 1);
  expect(differing).toEqual([]);
  expect(Object.keys(outcomes)).toHaveLength(counts[program] as number);
  // Functions of the program assign to its variables. The functions that a bundler adds warn of nothing.
  const assigning = new Set(stderr.match(/"\S*" assigns to "\S*"/g));
  const expected: Record<string, number> = { dynamic: 2, live: 1 };
  expect(assigning.size, stderr).toBe(bundle === undefined ? 0 : (expected[program] ?? 0));
});

it("a worker that has variables of a module shares them with a function that names a live import", async () => {
  const { stdout } = await run(process.execPath, ["--no-warnings", join(folder, "pool.js")], { cwd: folder });
  const expected = JSON.stringify([1, "own", ["x", 2], ["own", "x", 2], 3]);
  expect(stdout).toBe(`${expected}\n${expected}\n`);
});

it("start() refuses a module that exports itself, and the fixes that it names work", async () => {
  writeFileSync(join(folder, "self.js"), 'export * as self from "./self.js"; export const one = () => 1;');
  const text = `
    const { Process } = require("@manyhands/process");
    (async () => {
      const lib = await import("./self.js");
      const targets = [() => lib.self.one(), () => lib.one(), async () => (await import("./self.js")).self.one()];
      for (const startMethod of ["thread", "spawn"])
        for (const target of targets)
          console.log(await (async () => new Process(target, { startMethod }).start().result())().catch((e) => e.message));
    })();
  `;
  writeFileSync(join(folder, "self.cjs"), text);
  const { stdout } = await run(process.execPath, [join(folder, "self.cjs")], { cwd: folder });
  const refused =
    'Cannot start "(anonymous)": captured variable "lib.self" (Module) is a module that exports itself; name the ' +
    "members that the function uses without that export, or write await import() inside of the function";
  expect(stdout).toBe(`${refused}\n1\n1\n`.repeat(2));
});

it("webpack's modules are evaluated in the child, but for the main module", async () => {
  const text = `
    import * as api from "@manyhands/process";
    const __webpack_modules__ = {
      "./main.js": (module, exports, __webpack_require__) => {
        module.exports = new Promise(() => {});
        const { Process } = __webpack_require__("api");
        const targets = [() => __webpack_require__("./lazy.js").one, () => __webpack_require__("./circular.js").main];
        (async () => {
          for (const phase of ["before", "after"]) {
            for (const startMethod of ["thread", "spawn"])
              for (const target of targets)
                console.log(await new Process(target, { startMethod, stderr: "pipe" }).start().result().catch((e) => e.code + " " + e.message));
            targets[0]();
          }
        })();
      },
      api: (module) => { module.exports = api; },
      "./lazy.js": (module, exports, __webpack_require__) => { __webpack_require__.d(exports, { one: () => one }); const one = 1; },
      "./circular.js": (module, exports, __webpack_require__) => { exports.main = __webpack_require__("./main.js"); },
    };
    const __webpack_module_cache__ = {};
    function __webpack_require__(moduleId) {
      const cachedModule = __webpack_module_cache__[moduleId];
      if (cachedModule !== undefined) return cachedModule.exports;
      const module = __webpack_module_cache__[moduleId] = {
        // no module.id needed
        exports: {}
      };
      __webpack_modules__[moduleId](module, module.exports, __webpack_require__);
      return module.exports;
    }
    __webpack_require__.d = (exports, definition) => {
      for (const key in definition) Object.defineProperty(exports, key, { enumerable: true, get: definition[key] });
    };
    let __webpack_exports__ = __webpack_require__("./main.js");
    export { __webpack_exports__ as main };
  `;
  writeFileSync(join(folder, "webpack.mjs"), text);
  const { stdout } = await run(process.execPath, [join(folder, "webpack.mjs")], { cwd: folder });
  const refused =
    'ERR_MANYHANDS_TARGET Cannot import "./main.js" of this bundle in a child: it is the main module, and would run ' +
    "the program again; move what the child needs into a module of its own";
  expect(stdout).toBe(`1\n${refused}\n`.repeat(4));
});
