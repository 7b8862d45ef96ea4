// Builds the package's JavaScript; tsc has checked the types and written the declarations.
//
// A child loads two files instead of one for each concept. At 0.3 ms a file, loading is most of a thread's start. A
// program that imports the package loads seven files. `test/start/loaded-code.test.ts` holds the limits.
import { copyFileSync, cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { dts } from "rolldown-plugin-dts";

const here = fileURLToPath(new URL(".", import.meta.url));
const inFolder = (folder) => readdirSync(`${here}src/${folder}`).filter((file) => file.endsWith(".ts"));

// Every public entry, every program that runs inside a child, and the command.
const entries = [...inFolder("."), ...inFolder("entry").map((file) => `entry/${file}`), "cli/main.ts"];
const input = Object.fromEntries(
  entries
    .filter((file) => existsSync(`${here}src/${file}`) && file !== "command-line.ts")
    .map((file) => [file.slice(0, -".ts".length), `${here}src/${file}`]),
);
const publicEntries = ["index", "posix", "engine", "command-line", "supervisor", "otel"];
/** Packages that are copied into the build, since a user installs few packages. */
const bundled = ["commander", "fast-string-truncated-width"];
const common = { cwd: here, platform: "node", external: (id) => !/^[./]/.test(id) && !bundled.includes(id) };
/**
 * The parser of command lines is built by itself. CommonJS packages that are bundled need functions of the bundler,
 * which would be one file more for each child.
 */
const parserApart = {
  name: "parser apart",
  resolveId: (id) => (id.startsWith("../command/") ? { id: "../command-line.js", external: true } : undefined),
};

// Code that is loaded together is one chunk: a group has the code that its programs reach and no earlier group has.
const groups = grouped(await readGraph(), {
  core: ["entry/thread", "entry/spawn"],
  values: ["callable/load/function-reader", "codec/shared-memory-form"],
  pool: ["entry/pool-thread", "entry/pool-process"],
  posix: ["entry/fork-ready", "entry/forkserver", "posix"],
  process: [
    "process/child/current-process",
    "process/watch/list-processes",
    "connection/client",
    "process/watch/watch-folder",
  ],
  api: ["index"],
});
rmSync(`${here}dist/chunk`, { recursive: true, force: true });
/** Changes the text of each built file. */
const rewrite = (name, change) => ({
  name,
  generateBundle(_, files) {
    for (const file of Object.values(files)) if (file.type === "chunk") file.code = change(file.code);
  },
});
const escapeCharacter = (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
/** With one character beyond Latin-1, V8 stores and reads the whole file at two bytes a character. */
const ascii = rewrite("ascii", (code) => code.replace(/[^\0-\x7f]/g, escapeCharacter));
/**
 * For an `import` of one of its modules, Node reads every property, and so loads the parts that it loads on demand.
 * Node's own modules are in its snapshot, but for `node:url`: its functions are looked up when they are called, which
 * most children never do.
 */
const builtins = rewrite("builtins", (code) =>
  code.replace(/^import (\{.*\}) from ("node:.*");$/gm, (_, names, module) => {
    const lookup = `process.getBuiltinModule(${module})`;
    if (module !== '"node:url"') return `const ${names.replaceAll(" as ", ": ")} = ${lookup};`;
    const bindings = names
      .slice(1, -1)
      .split(",")
      .map((name) => name.trim().split(" as "));
    return bindings.map(([name, own = name]) => `const ${own} = (...args) => ${lookup}.${name}(...args);`).join("\n");
  }),
);
/**
 * Names error classes and shared classes by a literal. A bundler that minifies the package renames its variables, and
 * with them its classes; messages and the registers of errors and shared objects use these names.
 */
const classNames = rewrite("class names", (code) =>
  code.replace(/^(?:var (\w+) = )?class\b ?(\w*) extends (?:.*\{\};?|[\s\S]*?^\};?)$/gm, (text, variable, own) => {
    const name = variable ?? own;
    return `${text} Object.defineProperty(${name}, "name", { value: "${name}" });`;
  }),
);
/**
 * The one file of msgpackr that is needed is copied into the build, since the whole package is larger than all others
 * together. `lazyRequire()` is in a chunk, and `dist/chunk` has all chunks.
 */
const msgpackr = rewrite("msgpackr", (code) => code.replaceAll('"msgpackr/index-no-eval"', '"../msgpackr.cjs"'));
/** The code that reads texts is a file of CommonJS, which is loaded in the middle of a function. */
const syntax = rewrite("syntax", (code) => code.replaceAll('"../../dist/syntax.cjs"', '"../syntax.cjs"'));
const output = {
  dir: `${here}dist`,
  format: "esm",
  sourcemap: true,
  // Without comments, the code that every child compiles is a quarter smaller.
  comments: false,
  entryFileNames: "[name].js",
  chunkFileNames: "chunk/[name]-[hash].js",
};
const bundle = await rolldown({
  ...common,
  input,
  plugins: [parserApart, ascii, builtins, classNames, msgpackr, syntax],
});
await bundle.write({
  ...output,
  codeSplitting: { groups: [...groups].map(([name, ids]) => ({ name, test: (id) => ids.has(id) })) },
});
await bundle.close();
const parser = await rolldown({ ...common, input: `${here}src/command-line.ts`, plugins: [ascii, builtins] });
const parserFiles = await parser.write({ ...output, sourcemap: false });
await parser.close();
const reader = await rolldown({ ...common, input: `${here}src/callable/syntax/index.ts`, plugins: [ascii] });
await reader.write({ format: "cjs", file: `${here}dist/syntax.cjs`, comments: false });
await reader.close();
// What is loaded by `require` is copied unchanged.
copyFileSync(`${here}src/entry/pool-bootstrap.cjs`, `${here}dist/entry/pool-bootstrap.cjs`);
const msgpackrFile = fileURLToPath(import.meta.resolve("msgpackr/index-no-eval"));
copyFileSync(msgpackrFile, `${here}dist/msgpackr.cjs`);
// A child imports it to find out whether its loaders load TypeScript.
writeFileSync(`${here}dist/probe.ts`, "export {};\n");
// What the page of a trace contains.
cpSync(`${here}src/observe/page/asset`, `${here}dist/page`, { recursive: true });
await writeTypes();
writeCommonJs();
writeLicenses([msgpackrFile, ...parserFiles.output.flatMap(({ moduleIds = [] }) => moduleIds)]);

/**
 * Bundles the declarations that tsc wrote, one file for each public entry point. Resolvers that load CommonJS get the
 * same text under another name, since TypeScript takes the module kind from the extension.
 */
async function writeTypes() {
  const input = Object.fromEntries(publicEntries.map((name) => [name, `${here}dist/.types/${name}.d.ts`]));
  const types = await rolldown({ input, external: common.external, plugins: [dts({ dtsInput: true })] });
  await types.write({ dir: `${here}dist`, entryFileNames: "[name].ts", chunkFileNames: "chunk/[name]-[hash].d.ts" });
  await types.close();
  const chunks = readdirSync(`${here}dist/chunk`).flatMap((file) => /^(.*)\.d\.ts$/.exec(file)?.[1] ?? []);
  for (const name of [...publicEntries, ...chunks.map((chunk) => `chunk/${chunk}`)]) {
    const text = readFileSync(`${here}dist/${name}.d.ts`, "utf8");
    writeFileSync(`${here}dist/${name}.d.cts`, text.replace(/(from "\.\.?\/.*)\.js"/g, '$1.cjs"'));
  }
}

/**
 * Writes the entry points for `require`. They load the ES modules, so that a program has one instance of the package
 * however it loads it. Jest replaces `Module` by a subclass whose `createRequire` cannot load ES modules: the base
 * class can.
 */
function writeCommonJs() {
  for (const name of publicEntries) {
    const lines = [
      '"use strict";',
      'const { Module } = require("node:module");',
      "const base = Object.getPrototypeOf(Module);",
      'const { createRequire } = "createRequire" in base ? base : Module;',
      `module.exports = createRequire(__filename)("./${name}.js");`,
    ];
    writeFileSync(`${here}dist/${name}.cjs`, `${lines.join("\n")}\n`);
  }
}

/** Writes the licences of the packages that are copied into the build. */
function writeLicenses(ids) {
  const folders = new Set(ids.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id) ?? []));
  const texts = [...folders].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    return `## ${name} ${version}\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
  });
  const head = "# Licences of other packages\n\nThe files of this folder contain code of these packages.\n";
  writeFileSync(`${here}dist/THIRD-PARTY.md`, [head, ...texts].join("\n"));
}

/** Every module of the package, with the modules that it imports statically. */
async function readGraph() {
  const graph = new Map();
  const collect = {
    name: "collect",
    buildEnd() {
      for (const id of this.getModuleIds()) graph.set(id, this.getModuleInfo(id)?.importedIds ?? []);
    },
  };
  const bundle = await rolldown({ ...common, input, plugins: [parserApart, collect] });
  await bundle.generate();
  await bundle.close();
  return graph;
}

/** Divides the modules into groups. Each group starts from some files; programs are in no group. */
function grouped(graph, beginnings) {
  const programs = new Set(Object.values(input));
  const seen = new Set();
  const reach = (id) => {
    if (seen.has(id)) return [];
    seen.add(id);
    return [id, ...(graph.get(id) ?? []).flatMap(reach)];
  };
  const groupOf = (files) => files.flatMap((file) => reach(`${here}src/${file}.ts`)).filter((id) => !programs.has(id));
  return new Map(Object.entries(beginnings).map(([name, files]) => [name, new Set(groupOf(files))]));
}
