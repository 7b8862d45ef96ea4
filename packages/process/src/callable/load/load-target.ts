import { ProcessStateError, TargetError } from "../../base/errors.ts";
import type { PackedTarget, ReferenceTarget } from "../form/packed-target.ts";
import type { AnyFunction } from "../form/target.ts";
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

async function loadReference({ module, name, refusal }: ReferenceTarget): Promise<AnyFunction> {
  const request = { specifier: module, from: null, attributes: {} };
  const namespace = await loadModule(request).catch((error) => {
    // The main module is imported only because the function could not be sent: the reason for all that follows.
    if (refusal !== undefined && error instanceof ProcessStateError) error.cause ??= new TargetError(refusal);
    throw error;
  });
  const found = name === null ? (namespace.default ?? (() => undefined)) : getExport(namespace, name);
  if (typeof found === "function") return found as AnyFunction;
  if (found === undefined) throw missingExportError(`Cannot start "${name}"`, request, namespace);
  throw new TargetError(`Cannot start "${name ?? "default"}" of ${module}: it is ${typeof found}, not a function`);
}
