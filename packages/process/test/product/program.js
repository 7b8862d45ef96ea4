import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** @typedef {import("./axes.js").Cell} Cell */

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const manyhands = join(root, "packages/process/bin/manyhands.js");
const isTypeScript = new Set(["tsx", "strip", "node-options", "bundle"]);

/** How each ending is written in the function that a child runs. */
const actions = {
  return: "return answer(x);",
  throw: 'throw Object.assign(new RangeError("on purpose"), { code: "E_PURPOSE" });',
  exit: "process.exit(3);",
  rejection: 'void Promise.reject(new RangeError("on purpose")); return forever();',
  wait: "writeFileSync(process.env.CELL_STARTED + started(), String(process.pid)); return released().then(() => answer(x));",
};

/** @param {Cell} cell */
const actionOf = ({ end }) => actions[/** @type {keyof actions} */ (end)] ?? actions.wait;

const support = `
const answer = (value) => (value instanceof Error ? [value.name, value.message, value.code, value.cause] : value);
const forever = () => new Promise(() => setInterval(() => {}, 1000));
const started = () => \`-\${process.pid}-\${threadId}-\${process.hrtime.bigint()}\`;
const released = async () => {
  while (!existsSync(process.env.CELL_RELEASED)) await new Promise((resolve) => setTimeout(resolve, 20));
};
`;

const values = {
  number: "42",
  large: '"z".repeat(2_000_000)',
  bytes: "new Uint8Array([1, 2, 3])",
  error: 'Object.assign(new RangeError("given", { cause: "the cause" }), { code: "E_GIVEN" })',
};

/** The definition of the function, and how the program names it. @param {Cell} cell @returns {[string, string]} */
function functionOf(cell) {
  const body = actionOf(cell);
  const generated = body.replace(/return (.*);$/, "yield await $1;");
  switch (cell.fn) {
    case "closure":
      return [`const makeWork = (answer) => (x) => { ${body} };\nconst work = makeWork(answer);`, "work"];
    case "exported":
      return ["", "other.work"];
    case "reference":
      return ["", '{ module: otherUrl, name: "work" }'];
    case "method":
      return [`const holder = { work(x) { ${body} } };`, "holder.work"];
    case "async":
      return [`async function work(x) { await null; ${body} }`, "work"];
    case "generator":
      return [`async function* work(x) { ${generated} }`, "work"];
    default:
      return [
        `class Job extends Process { constructor(x) { super(); this.x = x; } run() { const x = this.x; ${body} } }`,
        "",
      ];
  }
}

/** What the program does with the function, by entry. @param {Cell} cell @param {string} fn */
function useOf(cell, fn) {
  const { entry, end, signal } = cell;
  const isStarted = !(end in actions);
  // A call that fails early must not keep the program waiting.
  const wait = (/** @type {number} */ count) =>
    isStarted ? `await Promise.race([untilStarted(${count}), settled]); over = true;` : "";
  // A child whose own end the signal is gets no release: the function must not return first.
  const isEnded = end === "group" && cell.start !== "thread" && entry === "Process";
  /** @type {(closing: string, kill: string, terminate: string) => string} */
  const act = (closing, kill, terminate) =>
    ({
      kill: kill,
      terminate: terminate,
      close: `${closing} release();`,
      group: `await Promise.race([signalled, settled]); ${closing} ${isEnded ? "" : "release();"}`,
      orphan: "await settled;",
    })[end] ?? "";
  switch (entry) {
    case "Process": {
      const make = cell.fn === "subclass" ? "new Job(value)" : `new Process(${fn}, { args: [value] })`;
      return `const child = ${make}.start();
const settled = report("call", child.result());
${wait(1)}
${act("", `child.kill("${signal}");`, "child.terminate();")}
await settled;
out.exitCode = await child.join();
child.close();`;
    }
    case "Pool":
      return `const pool = new Pool(2);
const calls = [pool.apply(${fn}, [value]), pool.apply(${fn}, [value])];
const settled = Promise.all([report("call", calls[0]), report("second", calls[1])]);
${wait(2)}
${act("pool.close();", `process.kill(startedPids()[0], "${signal}"); release();`, "pool.terminate();")}
await settled;
${/terminate|close|group/.test(end) ? "pool.close();" : `await report("after", pool.apply((x) => x + 1, [1])); out.size = pool.stats().size; pool.close();`}
out.joined = await pool.join();`;
    case "executor":
      return `const executor = new ProcessPoolExecutor(2);
const futures = [executor.submit(${fn}, value), executor.submit(${fn}, value)];
const settled = Promise.all([report("call", futures[0]), report("second", futures[1])]);
${wait(2)}
${act("const closing = executor.shutdown();", `process.kill(startedPids()[0], "${signal}"); ${signal === "SIGKILL" ? "" : "release();"}`, "executor.terminateWorkers();")}
await settled;
${/return|throw/.test(end) ? 'await report("after", executor.submit((x) => x + 1, 1));' : ""}
await executor.shutdown();`;
    default:
      return `class Jobs extends Manager {}
Jobs.register("job", ${cell.fn === "reference" ? '{ module: otherUrl, name: "Job" }' : `class { ${/async|generator/.test(cell.fn) ? "async " : ""}run(x) { ${cell.fn === "generator" ? `return all(${fn}(x));` : `return ${fn}(x);`} } }`});
const manager = await new Jobs().start();
const job = await manager.create("job");
const settled = report("call", job.run(value));
${wait(1)}
${act("", `manager.process.kill("${signal}"); ${signal === "SIGINT" && cell.start !== "thread" ? "release();" : ""}`, "manager.process.terminate();")}
await settled;
await manager.shutdown();`;
  }
}

/**
 * The text of the program and of the module beside it.
 *
 * @param {Cell} cell
 */
export function textOf(cell) {
  const { loader, end, environment } = cell;
  const typed = isTypeScript.has(loader);
  const extension = loader === "cjs" ? "cjs" : typed && loader !== "bundle" ? "ts" : "mjs";
  const other =
    loader === "register"
      ? "virtual:other"
      : `./other.${loader === "bundle" && cell.fn !== "reference" ? "ts" : extension}`;
  const imports = (/** @type {string[]} */ ...lines) =>
    loader === "cjs"
      ? lines
          .map((line) =>
            line.replace(
              /^import (?:\* as )?(.*?) from (.*);$/,
              (_, names, from) => `const ${names.replace(" as ", ": ")} = require(${from});`,
            ),
          )
          .join("\n")
      : lines.join("\n");
  const [definition, fn] = functionOf(cell);
  const any = typed ? "// @ts-nocheck\nexport type Unused = { readonly erased: true };\n" : "";
  const body = actionOf(cell);
  const otherText = `${any}${imports('import { existsSync, writeFileSync } from "node:fs";', 'import { threadId } from "node:worker_threads";')}
${support}
${loader === "cjs" ? "" : "export "}function work(x${typed ? ": unknown" : ""}) { ${body} }
${loader === "cjs" ? "" : "export "}class Job { run(x) { return work(x); } }
${loader === "cjs" ? "module.exports = { work, Job };\n" : ""}`;
  const program = `${any}${imports(
    'import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";',
    'import { threadId } from "node:worker_threads";',
    'import { getContext } from "@manyhands/process";',
    ...(/exported|reference/.test(cell.fn) ? [`import * as other from "${other}";`] : []),
  )}
${loader === "cjs" ? 'const otherUrl = require("node:url").pathToFileURL(require("node:path").join(__dirname, "other.cjs"));' : `const otherUrl = new URL("./other.${loader === "bundle" ? "mjs" : extension}", import.meta.url);`}
${environment === "cwd" ? "mkdirSync(process.env.CELL_CWD); process.chdir(process.env.CELL_CWD); rmdirSync(process.env.CELL_CWD);" : ""}
const { Process, Pool, ProcessPoolExecutor, Manager } = getContext("${cell.start}");
${support}
const all = async (values) => { const list = []; for await (const value of values) list.push(value); return list; };
${definition}
const out = {};
const short = (value) => value instanceof Uint8Array ? [...value] : Array.isArray(value) ? value.map(short) : value?.length > 100 ? value.length : value;
const report = (name, promise) => Promise.resolve(promise).then(
  (value) => { out[name] = short(value); },
  (error) => { out[name] = \`\${error?.name}: \${error?.code ?? error?.message}\`; },
);
const startedFiles = () => readdirSync(process.env.CELL).filter((name) => name.startsWith("started-"));
let over = false;
const untilStarted = async (count) => {
  while (startedFiles().length < count && !over) await new Promise((resolve) => setTimeout(resolve, 20));
  if (!over) writeFileSync(process.env.CELL + "/ready", String(process.pid));
};
const startedPids = () => startedFiles().map((name) => Number(name.split("-")[1]));
const release = () => writeFileSync(process.env.CELL_RELEASED, "");
const value = ${values[/** @type {keyof values} */ (cell.value)]};
async function main() {
${end === "group" ? `const signalled = new Promise((resolve) => process.once("${cell.signal}", resolve));` : ""}
${useOf(cell, fn)}
over = true;
console.log(JSON.stringify(out));
}
void main();
`;
  return { program, other: otherText, extension, typed };
}

/**
 * Writes the files of a cell's program into a folder.
 *
 * @param {Cell} cell
 * @param {string} folder
 * @returns {{ args: string[], env: Record<string, string> }} how Node is to be called
 */
export function writeProgram(cell, folder) {
  const { program, other, extension, typed } = textOf(cell);
  const at = join(folder, "program");
  mkdirSync(at);
  symlinkSync(join(root, "node_modules"), join(at, "node_modules"));
  const write = (/** @type {string} */ name, /** @type {string} */ text) => writeFileSync(join(at, name), text);
  write("package.json", '{ "type": "module" }');
  /** @type {string[]} */
  const options = [];
  /** @type {Record<string, string>} */
  const env = {};
  // Node resolves a bare name from the working directory.
  const tsx = cell.environment === "cwd" ? import.meta.resolve("tsx") : "tsx";
  let main = `main.${typed ? "ts" : extension}`;
  write(main, program);
  write(`other.${extension}`, other);
  switch (cell.loader) {
    case "tsx":
      options.push(`--import=${tsx}`);
      break;
    case "strip":
      options.push("--no-warnings");
      break;
    case "node-options":
      env.NODE_OPTIONS = `--import=${tsx}`;
      break;
    case "import":
      write("preload.mjs", "await new Promise((resolve) => setTimeout(resolve, 1));\nglobalThis.preloaded = true;\n");
      options.push(`--import=${join(at, "preload.mjs")}`);
      break;
    case "register":
      write("register.mjs", 'import { register } from "node:module";\nregister("./hooks.mjs", import.meta.url);\n');
      write(
        "hooks.mjs",
        `export const resolve = (name, context, next) => next(name === "virtual:other" ? new URL("./other.mjs", import.meta.url).href : name, context);\n`,
      );
      options.push(`--import=${join(at, "register.mjs")}`);
      break;
    case "bundle":
      write("other.ts", other);
      write("other.mjs", textOf({ ...cell, loader: "mjs" }).other);
      main = "out.mjs";
  }
  return {
    args: cell.start === "fork" ? [manyhands, "run", ...options, join(at, main)] : [...options, join(at, main)],
    env,
  };
}
