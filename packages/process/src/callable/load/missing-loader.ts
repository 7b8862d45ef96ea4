import { TargetError } from "../../base/errors.ts";
import type { ModuleRequest } from "../form/function-bundle.ts";
import type { ModuleNamespace } from "./dynamic-import.ts";
import { isRequiredByHookOnly, requireModule } from "./require-hook.ts";
import { missingTsxError, registerTsx, stripsTypes } from "./typescript-loader.ts";

type Fault = Error & { readonly code?: unknown };

const noLoader: readonly unknown[] = ["ERR_UNKNOWN_FILE_EXTENSION", "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX"];

/**
 * Loads a module that `import()` could not load for want of a loader: by the program's hook of `require()`, or by tsx.
 *
 * @returns `undefined` when the import failed for another reason, or the other ways fail as well.
 * @throws {TargetError} when there is no loader for a file, with the way to give one to children.
 */
export async function loadOtherwise(
  request: ModuleRequest,
  error: unknown,
  load: () => Promise<ModuleNamespace>,
): Promise<ModuleNamespace | undefined> {
  const { specifier, from } = request;
  const { code, message } = error as Fault;
  const isForRequire = from === null && isRequiredByHookOnly(specifier);
  // What ts-node compiles often names files without their extensions, which `import()` does not find.
  if (!noLoader.includes(code)) return isForRequire ? tryOrNothing(() => requireModule(specifier)) : undefined;
  if (isForRequire) return requireModule(specifier);
  if (code === "ERR_UNKNOWN_FILE_EXTENSION" && !/extension "\.[cm]?tsx?"/.test(message)) {
    throw new TargetError(
      `Cannot import ${specifier}: it imports a file that Node does not load by itself; ` +
        "load the hook that compiles it by node --require or --import",
      { cause: error },
    );
  }
  const url = from ?? specifier;
  const hasTsx = await registerTsx(url);
  if (!hasTsx && !stripsTypes()) throw missingTsxError(url);
  // Node 20 gives the same error again for each module that it could not load once.
  const namespace = hasTsx && stripsTypes() ? await tryOrNothing(load) : undefined;
  if (namespace !== undefined) return namespace;
  const what = `Cannot import ${specifier}: it imports a file that Node ${process.version} does not load by itself`;
  const text = stripsTypes()
    ? `${what}; start the program with node --import tsx`
    : `${what}; start the program with node --import tsx, or run Node 22.18 or newer`;
  throw new TargetError(text, { cause: error });
}

async function tryOrNothing<T>(load: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch {
    return undefined;
  }
}
