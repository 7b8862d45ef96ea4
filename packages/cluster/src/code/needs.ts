import { type PackedFunction, type PackedTarget, relocateTarget, relocateValue } from "@manyhands/process/engine";
import { type FileHash, hashOfFile, isOwnModule } from "./program-file.ts";
import type { Roots } from "./roots.ts";

/** What a worker program must have to run a function. */
export interface Needs {
  /** The modules of the program. */
  readonly modules: readonly FileHash[];
  /** Whether it must take code, or import installed packages. */
  readonly code: boolean;
}

export type PackedInput = Parameters<typeof relocateValue>[0];

/**
 * Finds what a function needs.
 *
 * @param target the function; `null` for none.
 * @param roots of the program.
 * @param input its arguments. Default: none are examined.
 */
export function needsOf(target: PackedTarget | null, { program: root }: Roots, input?: PackedInput): Needs {
  const urls = new Set<string>();
  let code = false;
  const same = <T>(part: T) => part;
  const visitor = {
    url: (url: string) => {
      urls.add(url);
      return url;
    },
    script: same,
    request: (request: { readonly specifier: string; readonly from: string | null }) => {
      const { specifier, from } = request;
      if (/^\.{0,2}\//.test(specifier) && from !== null) urls.add(new URL(specifier, from).href);
      else if (specifier.startsWith("file:")) urls.add(specifier);
      else code = true;
      return request as never;
    },
    packageModule: same,
    check: (fn: PackedFunction) => {
      code ||= !isImported(fn);
    },
  };
  if (target !== null) relocateTarget(target, visitor);
  if (input !== undefined) relocateValue(input, visitor);
  const own = [...urls].filter((url) => isOwnModule(url, root)).map((url) => url.slice(root.length));
  return { modules: hashesOf(own, root), code };
}

/** The hashes of files, by their paths below a root. Those that cannot be read are left out. */
export function hashesOf(paths: Iterable<string>, root: string): FileHash[] {
  return [...paths].flatMap((path): FileHash[] => {
    const hash = hashOfFile(`${root}${path}`);
    return hash === undefined ? [] : [[path, hash]];
  });
}

/** Whether a function is sent as its name, and so are those that copy its objects, or they are of the same message. */
export function isImported(fn: PackedFunction): boolean {
  if (fn.by !== "source" || !isImport(fn.source)) return false;
  return Object.values(fn.reducer ?? {}).every((source) => source.from === "function" || isImport(source));
}

function isImport({ from }: { readonly from: string }): boolean {
  return from === "import" || from === "package";
}
