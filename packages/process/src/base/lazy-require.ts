import { bundledError } from "./package-files.ts";
import { explainDenied } from "./permission.ts";

let load: NodeJS.Require | undefined;

/**
 * Requires a package, or a module of Node, at the moment that it is needed: importing this package loads none of them.
 *
 * @throws what `require` throws; {ManyhandsError} where a dependency of this package is missing, or the options of Node
 *   forbid to load it.
 */
export function lazyRequire<T>(name: string): T {
  // A bundle in the format of CommonJS has no `import.meta.url`.
  const here: string | undefined = import.meta.url;
  if (here === undefined) throw bundledError(`Cannot find ${name}`);
  load ??= process.getBuiltinModule("node:module").createRequire(here);
  try {
    return load(name) as T;
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException)?.code === "MODULE_NOT_FOUND" && isInstalled.test(name);
    if (isMissing) throw bundledError(`Cannot find ${name} from ${here}`, { cause });
    throw explainDenied(cause, `Cannot load ${name}`);
  }
}

// The dependencies that are always installed with this package, and the files of CommonJS in it.
const isInstalled = /^(comlink|piscina)(\/|$)|^\.\.\/(msgpackr|syntax)\.cjs$/;
