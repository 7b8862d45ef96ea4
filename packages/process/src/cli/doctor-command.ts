import { existsSync, realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Callable } from "../callable/form/target.ts";
import { loadModule } from "../callable/load/load-module.ts";
import { prepareTypeScript } from "../callable/load/typescript-loader.ts";
import { examineFunctions, type FunctionReport } from "../callable/pack/examine-function.ts";
import { type CommandContext, defineCommand } from "../command/command.ts";
import { toggle } from "../command/flag.ts";
import { padTo, widthOf } from "../command/text-width.ts";
import { doctorNode } from "./doctor-node.ts";
import { warnOfKnownAddons, watchNativeThreads } from "./native-threads.ts";

const flags = {
  node: toggle({ help: "check whether Node's internals are as this package expects, without a FILE" }),
  json: toggle({ help: "print a JSON array" }),
};

/** `manyhands doctor FILE` and `manyhands doctor --node`. */
export const doctor = defineCommand({
  name: "doctor",
  operands: "[FILE]",
  summary: "print how each function of a module would be sent to a child, or why it cannot be. Imports the module",
  group: "Run and examine",
  flags,
  run: examine,
});

/**
 * Imports a module, and prints for each of its functions how it would be sent to a child, or why it cannot be.
 * Functions that an exported function uses are included. The import runs the module's top-level code, so stderr says it
 * first. Servers and timers that the module leaves open end with the command. Warns on stderr of native addons with
 * threads of their own, among those that the import loads and the package's dependencies.
 *
 * @returns 0; 1 when a function cannot be sent; 2 when there is no function to examine.
 */
async function examine(context: CommandContext<typeof flags>): Promise<number> {
  const { operands, values, stdout, stderr, refuse } = context;
  const [file] = operands;
  if (values.node && file === undefined) return doctorNode(values.json, context);
  if (values.node) return refuse("Cannot examine Node: --node takes no file; write manyhands doctor --node");
  if (file === undefined) return refuse("Cannot examine: write the file of one module, manyhands doctor FILE");
  if (existsSync(file)) stderr.write(`Importing ${file}, which runs its top-level code\n`);
  const { href } = pathToFileURL(resolve(file));
  // tsx is registered first: its thread must not count as one that the module starts. The import reports a missing tsx.
  if (existsSync(file) && /\.[cm]?tsx?$/.test(file)) await prepareTypeScript(href).catch(() => {});
  const nativeThreads = await watchNativeThreads();
  const fns = await functionsOf(file).catch((error: Error) => error);
  if (fns instanceof Error) {
    stderr.write(`Cannot examine ${file}: ${fns.message}\n`);
    return 2;
  }
  for (const warning of [...nativeThreads(), ...warnOfKnownAddons(resolve(file))]) stderr.write(`${warning}\n`);
  const reports = examineFunctions(fns, "process");
  if (values.json) stdout.write(`${JSON.stringify(reports, null, 2)}\n`);
  else {
    const width = Math.max(...reports.map(({ name }) => widthOf(displayName(name))));
    for (const report of reports) stdout.write(`${padTo(width, displayName(report.name))}  ${toText(report)}\n`);
  }
  return reports.some(({ reference, refusal }) => reference === null && refusal !== null) ? 1 : 0;
}

/** The functions that a module exports, directly or in an object that is its default export. */
async function functionsOf(file: string): Promise<Callable[]> {
  const path = resolve(file);
  if (!existsSync(path)) throw new Error("there is no such file, check its path");
  if (!statSync(path).isFile()) throw new Error("it is not a file, write the file of a module");
  const namespace = await importModule(pathToFileURL(realpathSync(path)).href);
  const exported = [...Object.values(namespace), ...Object.values((namespace.default ?? {}) as object)];
  const fns = exported.filter((value): value is Callable => typeof value === "function");
  if (fns.length === 0)
    throw new Error("it exports no function; export one, and the functions that it uses are examined too");
  return fns;
}

async function importModule(url: string): Promise<Record<string, unknown>> {
  // A module may end the program or await a promise that never settles. Without this handler nothing would be printed.
  const reportExit = () => {
    const code = process.exitCode ?? 0;
    process.exitCode = 2;
    const how = code === 13 ? "its top-level await never settled" : `it ended the program, with exit code ${code}`;
    process.stderr.write(`Cannot examine ${url}: while it was imported, ${how}; guard that with isMain(import.meta)\n`);
  };
  process.once("exit", reportExit);
  try {
    return await loadModule({ specifier: url, from: null, attributes: {} });
  } catch (error) {
    throw new Error(`importing it threw ${errorText(error)}`, { cause: error });
  } finally {
    process.off("exit", reportExit);
  }
}

// The stack without frames of Node and of this command.
function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const lines = (error.stack ?? String(error)).split("\n");
  const own = [
    new URL("..", import.meta.url).href,
    new URL("../../bin/", import.meta.url).href,
    "node:internal",
    "(node:",
  ];
  return lines.filter((line) => !/^ {4}at /.test(line) || !own.some((folder) => line.includes(folder))).join("\n");
}

function displayName(name: string): string {
  return name || "(anonymous)";
}

function toText({ reference, captures, refusal, startedOn }: FunctionReport): string {
  const started = startedOn.length === 0 ? "" : `; started on line ${startedOn.join(", ")}`;
  const text = refusal === null ? `as text${captures.length === 0 ? "" : `, with ${captures.join(", ")}`}` : refusal;
  if (reference === null) return `${text}${started}`;
  const asMain = refusal === null ? "" : `; in the main module: ${text}`;
  return `by reference, as the export "${reference.name}"${asMain}${started}`;
}
