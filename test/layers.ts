import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** A folder and its layers. A layer imports only the layers below it. */
export interface Layering {
  /** The path of the folder from the repository's root. */
  readonly folder: string;
  /** Its sub-folders, from the top down. `index` or `.` is the files directly in the folder. */
  readonly layers: readonly string[];
  /** Pairs of sub-folders of which neither imports the other. */
  readonly apart: readonly (readonly [string, string])[];
}

/** The largest number of files in a folder: a reader must know all of them to find one. */
const mostFiles = 25;
const mostLines = 400;

/** Reads the lists of layers in ARCHITECTURE.md. */
export function readLayerings(architecture: string): Layering[] {
  return [...architecture.matchAll(/```layers (\S+)\n([\s\S]*?)```/g)].map(([, folder = "", text = ""]) => {
    const lines = text
      .trim()
      .split("\n")
      .map((line) => line.trim().split(/\s+/));
    return {
      folder,
      layers: lines.map(([name]) => name as string),
      apart: lines.flatMap(([name, ...rest]) =>
        rest[0] === "apart"
          ? (rest[1] ?? "")
              .replace(/:$/, "")
              .split(",")
              .map((other) => [name as string, other] as const)
          : [],
      ),
    };
  });
}

/** A sentence for every import that breaks a rule, and for every file and folder that is too large. */
export function findBreaches(root: string, layering: Layering): string[] {
  const folder = join(root, layering.folder);
  const files = listFiles(folder);
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  const isPackage = layering.folder.endsWith("/src");
  const breaches = isPackage ? [...findLarge(folder, files), ...findCycles(imports, folder)] : [];
  const loose = isPackage ? "index" : ".";
  const layerOf = (file: string) => {
    const path = relative(folder, file);
    const layer = path.includes("/") ? (path.split("/")[0] as string) : loose;
    return { layer, level: layering.layers.indexOf(layer), path };
  };
  for (const [file, targets] of imports) {
    const from = layerOf(file);
    if (from.level === -1) breaches.push(`${from.path} is in no layer that ARCHITECTURE.md lists`);
    for (const target of targets) {
      const to = layerOf(target);
      if (to.path.startsWith("../")) continue;
      if (to.layer === "index") breaches.push(`${from.path} imports ${to.path}: nothing imports an entry point`);
      else if (to.layer === "entry")
        breaches.push(`${from.path} imports ${to.path}: a child's program is named by URL`);
      else if (to.level < from.level) breaches.push(`${from.path} imports up: ${to.path}`);
      if (
        layering.apart.some((pair) => pair.includes(from.layer) && pair.includes(to.layer) && from.layer !== to.layer)
      )
        breaches.push(`${from.path} imports ${to.path}: ARCHITECTURE.md keeps the two apart`);
    }
  }
  return breaches;
}

function findLarge(root: string, files: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  const full = [...counts].filter(([, count]) => count > mostFiles);
  const long = files.filter((file) => readFileSync(file, "utf8").split("\n").length - 1 > mostLines);
  return [
    ...full.map(([folder, count]) => `${relative(root, folder)} holds ${count} files: the limit is ${mostFiles}`),
    ...long.map((file) => `${relative(root, file)} is longer than ${mostLines} lines`),
  ];
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

// Imports of types count: a file depends on the files whose types it uses.
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']/g)].map(([, to = ""]) =>
    resolve(dirname(file), to),
  );
}

function findCycles(imports: ReadonlyMap<string, readonly string[]>, root: string): string[] {
  const cycles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file]);
    else if (!done.has(file)) {
      for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    }
  };
  for (const file of imports.keys()) visit(file, []);
  return cycles.map((cycle) => `a cycle: ${cycle.map((file) => relative(root, file)).join(" → ")}`);
}
