import { TargetError } from "../base/errors.ts";
import type { PackedTarget, ReferenceTarget } from "./packed-target.ts";
import type { AnyFunction } from "./target.ts";

/**
 * Makes the function again that a target stands for, in the child.
 *
 * @throws {TargetError} when its module does not export it; whatever importing the module throws.
 */
export async function loadTarget(target: PackedTarget): Promise<AnyFunction> {
  return loadReference(target);
}

async function loadReference({ module, name }: ReferenceTarget): Promise<AnyFunction> {
  const namespace = (await import(module)) as Record<string, unknown>;
  const found = name === null ? (namespace.default ?? (() => undefined)) : exportOf(namespace, name);
  if (typeof found === "function") return found as AnyFunction;
  const names = Object.keys(namespace).join(", ") || "nothing";
  throw new TargetError(
    found === undefined
      ? `Cannot start "${name}" of ${module}: the module does not export it, it exports ${names}`
      : `Cannot start "${name ?? "default"}" of ${module}: it is ${typeof found}, not a function`,
  );
}

// A CommonJS module's exports are seen by name only as far as their text can be read; the rest is on its default export.
function exportOf(namespace: Record<string, unknown>, name: string): unknown {
  return (
    namespace[name] ??
    (namespace["module.exports"] as Record<string, unknown> | undefined)?.[name] ??
    (namespace.default as Record<string, unknown> | undefined)?.[name]
  );
}
