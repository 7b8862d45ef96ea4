import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { getAllStartMethods } from "@manyhands/process";
import { afterAll, describe, expect, it } from "vitest";

// Ways to give a program a loader that compiles its modules, with every start method. The modules have a keyword that
// only the program's loader knows, so that no other loader can take its place.
const folder = mkdtempSync(join(tmpdir(), "manyhands-compiling-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const require = createRequire(import.meta.url);
const methods = getAllStartMethods().filter((method) => method !== "fork");
const runtime = import.meta.resolve("@manyhands/process");
const compile = `replaceAll("funktion", "function").replaceAll(": number", "")`;

const targets = (load: string) => `{
  exported: [work, 4], default: [fallback, 4], closure: [(n) => work(n) + k, 4],
  lazy: [async () => (await ${load}).k, 4], named: [{ module: url, name: "work" }, 4],
}`;
const askAll = `
  const ask = (startMethod, [target, n]) => new Process(target, { args: [n], startMethod }).start().result();
  async function askPool(startMethod) {
    const pool = new Pool({ processes: 1, startMethod });
    const answer = await pool.map(work, [4]).catch((error) => [String(error)]);
    pool.close();
    await pool.join();
    return answer;
  }
  const answers = {};
  for (const startMethod of ${JSON.stringify(methods)}) {
    const asked = Object.entries(targets).map(([name, target]) => [name, ask(startMethod, target)]);
    asked.push(["pool", askPool(startMethod)]);
    const answered = asked.map(async ([name, answer]) => [name, await answer.catch(String)]);
    answers[startMethod] = Object.fromEntries(await Promise.all(answered));
  }
  console.log(JSON.stringify(answers));`;
const answer = { exported: 8, default: 5, closure: 10, lazy: 2, named: 8, pool: [8] };
const all = Object.fromEntries(methods.map((method) => [method, answer]));

/** A program of CommonJS, whose module with this extension a hook of `require()` compiles. */
function commonjs(extension: string): string {
  write(`cjs/inner${extension}`, "const two: number = 2; exports.k = two; exports.id = funktion (n) { return n; };");
  write(
    `cjs/lib${extension}`,
    `const { k, id } = require("./inner${extension}");
    exports.work = funktion (n: number) { return id(n) * k; };
    exports.k = k;
    exports.default = (n) => n + 1;`,
  );
  return write(
    `cjs/main-${extension.slice(1)}.cjs`,
    `const { Pool, Process } = require(${JSON.stringify(require.resolve("@manyhands/process"))});
    const { pathToFileURL } = require("node:url");
    const { work, k, default: fallback } = require("./lib${extension}");
    const url = pathToFileURL(require.resolve("./lib${extension}"));
    const targets = ${targets(`require("./lib${extension}")`)};
    (async () => {${askAll}})();`,
  );
}

write("cjs/package.json", JSON.stringify({ type: "commonjs" }));
const requireHook = (extension: string) =>
  `const { readFileSync } = require("node:fs");
  const { _extensions: handlers } = require("node:module");
  const handle = handlers[".js"];
  handlers[${JSON.stringify(extension)}] = (module, file) =>
    file.includes("/cjs/") ? module._compile(readFileSync(file, "utf8").${compile}, file) : handle(module, file);`;

/** As the command `ts-node`: it puts itself and its flags among the options of Node, and registers itself. */
const tsNode = write(
  "cjs/node_modules/ts-node/dist/bin.js",
  `const { register } = require("./index.js");
  register({ transpileOnly: false, keyword: process.argv[2] });
  process.execArgv.push(__filename, process.argv[2]);
  process.argv.splice(1, 2);
  require("node:module").runMain();`,
);
write(
  "cjs/node_modules/ts-node/dist/index.js",
  `${requireHook(".ts").replace("module._compile(", "options.keyword === '--funktion' && module._compile(")}
  let options;
  exports.register = (given) => {
    options = given;
    process[Symbol.for("ts-node.register.instance")] = { options };
  };`,
);

// An ECMAScript program, whose TypeScript module hooks of the program compile.
write("esm/package.json", JSON.stringify({ type: "module" }));
write("esm/inner.ts", "export const k: number = 2;");
write(
  "esm/lib.ts",
  `import { k } from "./inner.ts";
  export { k };
  export funktion work(n: number) { return n * k; }
  export default (n: number) => n + 1;`,
);
const hooks = write(
  "esm/hooks.mjs",
  `import { readFile } from "node:fs/promises";
  export async function load(url, context, next) {
    if (!url.endsWith(".ts") || url.endsWith("probe.ts")) return next(url, context);
    const source = (await readFile(new URL(url), "utf8")).${compile};
    return { format: "module", shortCircuit: true, source };
  }`,
);
const registers = write(
  "esm/registers.mjs",
  'import { register } from "node:module"; register("./hooks.mjs", import.meta.url);',
);
const esm = write(
  "esm/main.mjs",
  `import { Pool, Process } from ${JSON.stringify(runtime)};
  import fallback, { work, k } from "./lib.ts";
  const url = new URL("./lib.ts", import.meta.url);
  const targets = ${targets('import("./lib.ts")')};${askAll}`,
);

// A program for tsx: TypeScript that Node does not strip, which a module of JavaScript imports.
write("tsx/package.json", JSON.stringify({ type: "module" }));
write("tsx/inner.ts", "enum Numbers { two = 2 }\nexport const k: number = Numbers.two;");
write(
  "tsx/lib.js",
  'import { k } from "./inner.ts"; export { k }; export const work = (n) => n * k; export default (n) => n + 1;',
);
const tsx = write(
  "tsx/main.ts",
  `import { Pool, Process } from ${JSON.stringify(runtime)};
  import fallback, { work, k } from "./lib.js";
  const url = new URL("./lib.js", import.meta.url);
  const targets = ${targets('import("./inner.ts")')};${askAll}`,
);

const api = JSON.stringify(import.meta.resolve("tsx/esm/api"));

async function run(args: readonly string[], nodeOptions = ""): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [...args], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: nodeOptions },
    timeout: 100_000,
    killSignal: "SIGKILL",
  });
  return JSON.parse(stdout);
}

describe("children by every start method load the modules that the program's loader compiles", () => {
  it.each([".ts", ".tsx", ".foo", ".js"])("by a hook of require() for %s", async (extension) => {
    const hook = write(`hook${extension}.cjs`, requireHook(extension));
    expect(await run(["--require", hook, commonjs(extension)])).toEqual(all);
  });

  it("by a hook of require() in NODE_OPTIONS", async () => {
    const hook = write("hook.ts.cjs", requireHook(".ts"));
    expect(await run([commonjs(".ts")], `--require=${hook}`)).toEqual(all);
  });

  it("by the command ts-node, with its settings", async () => {
    expect(await run([tsNode, "--funktion", commonjs(".ts")])).toEqual(all);
  });

  it.each([
    ["--import", ["--import", registers], ""],
    ["NODE_OPTIONS", [], `--import=${registers}`],
    ["--experimental-loader", ["--no-warnings", "--experimental-loader", pathToFileURL(hooks).href], ""],
  ])("by module hooks of %s", async (_, execArgv, nodeOptions) => {
    expect(await run([...execArgv, esm], nodeOptions)).toEqual(all);
  });

  it.each([
    ["--import", ["--import", import.meta.resolve("tsx")], ""],
    ["NODE_OPTIONS", [], `--import=${import.meta.resolve("tsx")}`],
  ])("by tsx in %s", async (_, execArgv, nodeOptions) => {
    expect(await run([...execArgv, tsx], nodeOptions)).toEqual(all);
  });

  it.each([
    ["register()", `import { register } from ${api}; register(); await import("./main.ts");`],
    [
      "a namespace",
      `import { register } from ${api}; await register({ namespace: "own" }).import("./main.ts", import.meta.url);`,
    ],
    ["tsImport()", `import { tsImport } from ${api}; await tsImport("./main.ts", import.meta.url);`],
  ])("by the API of tsx: %s", async (name, text) => {
    expect(await run([write(`tsx/${name.replace(/\W/g, "")}.mjs`, text)])).toEqual(all);
  });
});

it("a program in JavaScript needs no tsx when an option's path has that word", async () => {
  write("plain/lib.mjs", "export const work = (n) => n * 2;");
  const main = write(
    "plain/main.mjs",
    `import { Process } from ${JSON.stringify(runtime)};
    import { work } from "./lib.mjs";
    console.log(await new Process(work, { args: [4] }).start().result());`,
  );
  expect(await run(["--require", write("plain/tsx/empty.cjs", ""), main])).toBe(8);
});
