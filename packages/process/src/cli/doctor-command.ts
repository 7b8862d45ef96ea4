import { existsSync, realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Callable } from "../callable/form/target.ts";
import { loadModule } from "../callable/load/load-module.ts";
import { examine, type Travel } from "../callable/pack/examine-function.ts";
import type { Streams } from "./streams.ts";

/**
 * `manyhands doctor [--json] FILE`: imports a module, and tells of each of its functions how it would travel to a child, and
 * why it cannot where it cannot. Functions that are not exported are seen beside those that are. What the module leaves
 * open, servers and timers, ends with the command.
 *
 * @returns 0; 1 when one cannot travel at all; 2 when there is nothing to look at.
 */
export async function doctor(operands: readonly string[], { stdout, stderr }: Streams): Promise<number> {
  const isJson = operands.includes("--json");
  const [file, ...more] = operands.filter((operand) => operand !== "--json");
  if (file === undefined || file.startsWith("-") || more.length > 0) {
    stderr.write("Write the file of one module: manyhands doctor [--json] FILE\n");
    return 2;
  }
  const fns = await functionsOf(file).catch((error: Error) => error);
  if (fns instanceof Error) {
    stderr.write(`Cannot look at ${file}: ${fns.message}\n`);
    return 2;
  }
  const travels = examine(fns, "process");
  if (isJson) stdout.write(`${JSON.stringify(travels, null, 2)}\n`);
  else {
    const width = Math.max(...travels.map(({ name }) => title(name).length));
    for (const travel of travels) stdout.write(`${title(travel.name).padEnd(width)}  ${describe(travel)}\n`);
  }
  return travels.some(({ reference, refusal }) => reference === null && refusal !== null) ? 1 : 0;
}

/** The functions that a module exports, by themselves or in an object that is its default export. */
async function functionsOf(file: string): Promise<Callable[]> {
  const path = resolve(file);
  if (!existsSync(path)) throw new Error("there is no such file");
  if (!statSync(path).isFile()) throw new Error("it is no file");
  const namespace = await imported(pathToFileURL(realpathSync(path)).href);
  const exported = [...Object.values(namespace), ...Object.values((namespace.default ?? {}) as object)];
  const fns = exported.filter((value): value is Callable => typeof value === "function");
  if (fns.length === 0) throw new Error("it exports no function; export one, and those beside it are seen as well");
  return fns;
}

async function imported(url: string): Promise<Record<string, unknown>> {
  // A module may end the program, or wait for what never comes, and then nothing else would say why there is no answer.
  const tell = () => {
    const code = process.exitCode ?? 0;
    process.exitCode = 2;
    const how = code === 13 ? "it waits for what never comes" : `it ended the program, with exit code ${code}`;
    process.stderr.write(`Cannot look at ${url}: while it was imported, ${how}; guard that with isMain(import.meta)\n`);
  };
  process.once("exit", tell);
  try {
    return await loadModule({ specifier: url, from: null, attributes: {} });
  } catch (error) {
    throw new Error(`importing it threw ${reasonOf(error)}`, { cause: error });
  } finally {
    process.off("exit", tell);
  }
}

// The way through Node and this command tells nobody anything.
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const lines = (error.stack ?? String(error)).split("\n");
  const own = [new URL("..", import.meta.url).href, new URL("../../bin/", import.meta.url).href, "node:internal"];
  return lines.filter((line) => !/^ {4}at /.test(line) || !own.some((place) => line.includes(place))).join("\n");
}

function title(name: string): string {
  return name || "(anonymous)";
}

function describe({ reference, captures, refusal, startedOn }: Travel): string {
  const started = startedOn.length === 0 ? "" : `; started on line ${startedOn.join(", ")}`;
  const text = refusal === null ? `as text${captures.length === 0 ? "" : `, with ${captures.join(", ")}`}` : refusal;
  if (reference === null) return `${text}${started}`;
  const asMain = refusal === null ? "" : `; in the main module: ${text}`;
  return `by reference, as the export "${reference.name}"${asMain}${started}`;
}
