import type { Callable } from "../form/target.ts";
import { readOwnNameUse } from "./function-text.ts";
import type { Inspection } from "./inspector.ts";
import { syntax } from "./load-syntax.ts";
import type { Script } from "./script.ts";
import { sourcePosition } from "./source-position.ts";

/**
 * Whether a function uses its own name as a variable of the code around it, which has or may get another value there:
 * the name of a declaration that assigns to itself, or that the program has replaced.
 */
export function isNameOuter(fn: Callable, inspection: Inspection): boolean {
  const text = Function.prototype.toString.call(fn);
  const { name, isAssigned } = readOwnNameUse(text);
  if (name === null) return false;
  const holder = inspection.scopes.find(({ variables }) => Object.hasOwn(variables, name))?.variables;
  if (holder === undefined || !(isAssigned || isReplaced(fn, name, holder))) return false;
  const position = sourcePosition(text, inspection);
  return position !== null && syntax().isDeclarationAt((inspection.script as Script).source, position.offset);
}

function isReplaced(fn: Callable, name: string, variables: Readonly<Record<string, unknown>>): boolean {
  try {
    return variables[name] !== fn;
  } catch {
    // A variable that has no value yet is not that of a declaration.
    return false;
  }
}
