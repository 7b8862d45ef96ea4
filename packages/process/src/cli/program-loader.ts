import { pathToFileURL } from "node:url";

/** The program of a command line: the first argument that is no option. */
export function programIn(args: readonly string[]): string | undefined {
  return args.find((arg) => !arg.startsWith("-"));
}

/** The options of Node that load a program; why there are none, as text. */
export function loaderOptions(program: string): readonly string[] | string {
  if (!needsLoader(program)) return [];
  const why = `Node ${process.version} does not load TypeScript by itself`;
  return loaderFor(program) ?? `${why}; npm install --save-dev tsx, or use Node 22.18 or newer`;
}

function needsLoader(program: string): boolean {
  return /\.[cm]?tsx?$/.test(program) && !(process.features as { typescript?: unknown }).typescript;
}

/** The options by which tsx loads TypeScript; `null` when tsx is not installed. */
function loaderFor(program: string): string[] | null {
  const { createRequire } = process.getBuiltinModule("node:module");
  for (const from of [pathToFileURL(program), pathToFileURL(`${process.cwd()}/program.js`)]) {
    try {
      return ["--import", pathToFileURL(createRequire(from).resolve("tsx")).href];
    } catch {
      // Not installed there.
    }
  }
  return null;
}
