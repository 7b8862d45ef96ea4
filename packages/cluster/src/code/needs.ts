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

export const noNeeds: Needs = { modules: [], code: false };

type PackedInput = Parameters<typeof relocateValue>[0];

/** Finds what functions need. It reads each module once: the program has loaded it, so a later version is not meant. */
export class NeedsReader {
  readonly #root: string;
  readonly #hashes = new Map<string, string | undefined>();

  constructor({ program }: Roots) {
    this.#root = program;
  }

  /** @param target the function; `null` for none. @param input its arguments. Default: none are examined. */
  read(target: PackedTarget | null, input?: PackedInput): Needs {
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
    return { modules: [...urls].flatMap((url) => this.#hashOf(url)), code };
  }

  #hashOf(url: string): FileHash[] {
    if (!isOwnModule(url, this.#root)) return [];
    if (!this.#hashes.has(url)) this.#hashes.set(url, hashOfFile(url));
    const hash = this.#hashes.get(url);
    return hash === undefined ? [] : [[url.slice(this.#root.length), hash]];
  }
}

/** Whether a function is sent as its name. */
export function isImported(fn: PackedFunction): boolean {
  return fn.by === "source" && (fn.source.from === "import" || fn.source.from === "package");
}
