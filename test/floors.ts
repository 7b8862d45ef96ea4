import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** The floors of one package, from the roof down. */
export interface House {
  readonly source: string;
  readonly floors: readonly string[];
}

/** Reads the lists of floors in ARCHITECTURE.md. */
export function readHouses(architecture: string): House[] {
  return [...architecture.matchAll(/```floors (\S+)\n([\s\S]*?)```/g)].map(([, source = "", lines = ""]) => ({
    source,
    floors: lines
      .trim()
      .split("\n")
      .map((line) => line.split(/\s+/)[0] as string),
  }));
}

/** Every import that breaks a rule of the house, as a sentence. */
export function findBreaches(root: string, { source, floors }: House): string[] {
  const files = listFiles(join(root, source));
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  const floorOf = (file: string) => {
    const place = relative(join(root, source), file);
    const floor = place.includes("/") ? (place.split("/")[0] as string) : "index";
    return { floor, level: floors.indexOf(floor), place };
  };
  const breaches: string[] = [];
  for (const [file, targets] of imports) {
    const from = floorOf(file);
    if (from.level === -1) breaches.push(`${from.place} stands on no floor that ARCHITECTURE.md lists`);
    for (const target of targets) {
      const to = floorOf(target);
      if (to.floor === "index") breaches.push(`${from.place} imports ${to.place}: nothing imports the roof`);
      else if (to.floor === "entry")
        breaches.push(`${from.place} imports ${to.place}: a child's program is named by URL`);
      else if (to.level < from.level) breaches.push(`${from.place} imports up: ${to.place}`);
    }
  }
  return [
    ...breaches,
    ...findCircles(imports).map((circle) => `a circle: ${circle.map((file) => floorOf(file).place).join(" → ")}`),
  ];
}

function listFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
}

// Imports of types count: who needs a type needs to know of the other's existence.
function importsOf(file: string): string[] {
  const text = readFileSync(file, "utf8").replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
  return [...text.matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']/g)].map(([, to = ""]) =>
    resolve(dirname(file), to),
  );
}

function findCircles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = [];
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]) => {
    if (path.includes(file)) circles.push([...path.slice(path.indexOf(file)), file]);
    else if (!done.has(file)) {
      for (const next of imports.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    }
  };
  for (const file of imports.keys()) visit(file, []);
  return circles;
}
