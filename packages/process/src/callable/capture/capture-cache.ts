import { type Inspected, isOfAllScripts } from "../source/inspector.ts";
import { reassignedIn } from "../source/reassigned-variables.ts";

const remembered = new WeakMap<object, Inspected>();
const metOnce = new WeakSet<object>();

/** What V8 said of a function, when it would say the same again. */
export function recall(fn: object): Inspected | undefined {
  return remembered.get(fn);
}

/**
 * Keeps what V8 said of a function, if it holds for good: all variables that the function names have their values, and
 * nothing assigns to them again. Functions that are met once are not looked into.
 *
 * @param names the variables that it names.
 */
export function remember(fn: object, inspected: Inspected, names: Iterable<string>): void {
  if (remembered.has(fn) || inspected.script === null) return;
  if (!metOnce.has(fn)) {
    metOnce.add(fn);
    return;
  }
  const assigned = reassignedIn(inspected.script);
  for (const name of names) {
    const holder = inspected.scopes.find(({ variables }) => Object.hasOwn(variables, name));
    if (holder === undefined) continue;
    // Node 20 shows `undefined` for a variable that has no value yet. Any script may assign to what all scripts see.
    const mayChange = assigned.has(name) || holder.variables[name] === undefined || isOfAllScripts(holder.kind);
    if (mayChange) return;
  }
  remembered.set(fn, inspected);
}
