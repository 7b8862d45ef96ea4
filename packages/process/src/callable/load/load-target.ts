import { ProcessStateError, TargetError } from "../../base/errors.ts";
import type { PackedTarget, ReferenceTarget } from "../form/packed-target.ts";
import type { AnyFunction } from "../form/target.ts";
import type { ModuleNamespace } from "./dynamic-import.ts";
import { getExport, loadModule, missingExportError } from "./load-module.ts";
import { unpackValue } from "./unpack-value.ts";

/**
 * Loads the function of a target in the child.
 *
 * @throws {TargetError} when its module does not export it; any error that importing the module throws.
 */
export async function loadTarget(target: PackedTarget): Promise<AnyFunction> {
  return target.by === "reference" ? loadReference(target) : ((await unpackValue(target.function)) as AnyFunction);
}

async function loadReference({ module, name, refusal, ...how }: ReferenceTarget): Promise<AnyFunction> {
  const { isCompiledByRequire } = how;
  const request = {
    specifier: module,
    from: null,
    attributes: {},
    ...(isCompiledByRequire && { isCompiledByRequire }),
  };
  const namespace = await loadModule(request).catch((error) => {
    // The main module is imported only because the function could not be sent: the reason for all that follows.
    if (refusal !== undefined && error instanceof ProcessStateError) error.cause ??= new TargetError(refusal);
    throw error;
  });
  const found = name === null || name === "default" ? defaultExport(namespace) : getExport(namespace, name);
  if (typeof found === "function") return found as AnyFunction;
  if (found === undefined && name === null) return () => undefined;
  if (found === undefined) throw missingExportError(`Cannot start "${name}"`, request, namespace);
  throw new TargetError(`Cannot start "${name ?? "default"}" of ${module}: it is ${typeof found}, not a function`);
}

// Node's default export of CommonJS is all its exports, of which one may be named `default`.
function defaultExport(namespace: ModuleNamespace): unknown {
  const found = getExport(namespace, "default");
  return typeof found === "function" ? found : (getExport(namespace, "module.exports.default") ?? found);
}
