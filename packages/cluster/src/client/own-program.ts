import type { PackedTarget } from "@manyhands/process/engine";
import { hashesOf, type Needs, needsOf, type PackedInput } from "../code/needs.ts";
import { type FileHash, lockFileOf } from "../code/program-file.ts";
import { clientRoots, rootPath } from "../code/roots.ts";
import type { Here } from "../wire/seat-message.ts";
import { differencesOf } from "./differences.ts";

/** Of how many modules that have run elsewhere a request for a seat has the hashes. */
const mostProved = 32;

/** This program, as worker programs must have it. */
export class OwnProgram {
  readonly roots = clientRoots();
  /** The paths of the modules that worker programs have run: one that joins without them leaves the seats to others. */
  readonly #proved = new Set<string>();
  #lock: FileHash | null | undefined;

  /** The folder of the program, as a path. */
  get root(): string {
    return rootPath(this.roots.program);
  }

  /** What a function needs. @param input its arguments. Default: none are examined. */
  needsOf(target: PackedTarget | null, input?: PackedInput): Needs {
    return needsOf(target, this.roots, input);
  }

  /** What a worker program must have for a seat. @param needs those of the seat's boot message. */
  needsFor({ code, modules }: Needs): Needs {
    return { code, modules: [...new Map([...hashesOf(this.#proved, this.roots.program), ...modules])] };
  }

  /** A worker program has run functions of these modules. */
  proved(modules: readonly FileHash[]): void {
    for (const [path] of modules) if (this.#proved.size < mostProved) this.#proved.add(path);
  }

  /** How a worker program differs, in one line; `undefined` when it does not. */
  differencesOf(here: Here): string | undefined {
    this.#lock ??= lockFileOf(this.roots.program);
    return differencesOf(here, this.#lock);
  }
}
