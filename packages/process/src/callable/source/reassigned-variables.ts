import { syntax } from "./load-syntax.ts";
import type { Script } from "./script.ts";

const cache = new WeakMap<Script, ReadonlySet<string>>();

/**
 * The names of all variables that a script assigns to after their declaration, whatever their scope. A name too many
 * only costs time; a missing one would make a capture wrong.
 */
export function reassignedVariables(script: Script): ReadonlySet<string> {
  const found = cache.get(script) ?? syntax().assignedNames(script.source);
  cache.set(script, found);
  return found;
}

/** Whether a module assigns again to a variable that is declared at its top. */
export function isReassignedAtTop(script: Script, name: string): boolean {
  return reassignedVariables(script).has(name) && syntax().assignsAtTop(script.source, name);
}
