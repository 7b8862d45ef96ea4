import type { Callable } from "../form/target.ts";
import { type Inspection, isSharedByScripts } from "../source/inspector.ts";
import { reassignedVariables } from "../source/reassigned-variables.ts";

const inspections = new WeakMap<object, Inspection>();
const capturedOnce = new WeakSet<object>();

/** The inspection of a function, when a new one would give the same. */
export function cachedInspection(fn: object): Inspection | undefined {
  return inspections.get(fn);
}

/**
 * Caches the inspection of a function if no new one can differ: all variables that the function names have their
 * values, and its script assigns to none of them again. The first capture of a function caches nothing, since most
 * functions are captured once and the check reads the whole script.
 *
 * @param names the variables that the function names, beside its own name.
 */
export function cacheInspection(fn: Callable, inspection: Inspection, names: Iterable<string>): void {
  if (inspections.has(fn) || inspection.script === null) return;
  if (!capturedOnce.has(fn)) {
    capturedOnce.add(fn);
    return;
  }
  for (const name of [...names, fn.name]) {
    const holder = inspection.scopes.find(({ variables }) => Object.hasOwn(variables, name));
    // Every script may assign to a variable of a shared scope.
    if (holder && (isSharedByScripts(holder.kind) || reassignedVariables(inspection.script).has(name))) return;
  }
  inspections.set(fn, inspection);
}
