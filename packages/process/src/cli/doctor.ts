import { existsSync, realpathSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { examine, type Travel } from "../target/examine.ts";
import { loadModule } from "../target/modules.ts";
import type { Callable } from "../target/target.ts";
import type { Streams } from "./streams.ts";

/**
 * `manyhands doctor FILE`: imports a module, and tells of each of its functions how it would travel to a child, and why it
 * cannot where it cannot. Functions that are not exported are seen beside those that are.
 *
 * @returns 0; 1 when one cannot travel at all; 2 when there is nothing to look at.
 */
export async function doctor([file, ...more]: readonly string[], { stdout, stderr }: Streams): Promise<number> {
  if (file === undefined || more.length > 0) {
    stderr.write("Write the file of one module: manyhands doctor FILE\n");
    return 2;
  }
  const path = resolve(file);
  if (!existsSync(path)) {
    stderr.write(`Cannot look at ${file}: there is no such file\n`);
    return 2;
  }
  const url = pathToFileURL(realpathSync(path)).href;
  const namespace = await loadModule({ specifier: url, from: null, attributes: {} });
  const exported = [...Object.values(namespace), ...Object.values((namespace.default ?? {}) as object)];
  const fns = exported.filter((value): value is Callable => typeof value === "function");
  if (fns.length === 0) {
    stderr.write(
      `Cannot look into ${file}: it exports no function; export one, and those beside it are seen as well\n`,
    );
    return 2;
  }
  const travels = examine(fns, "process");
  const width = Math.max(...travels.map(({ name }) => title(name).length));
  for (const travel of travels) stdout.write(`${title(travel.name).padEnd(width)}  ${describe(travel)}\n`);
  return travels.some(({ reference, refusal }) => reference === null && refusal !== null) ? 1 : 0;
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
