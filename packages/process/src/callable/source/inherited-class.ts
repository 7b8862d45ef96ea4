import type { ClassPlace } from "../form/class-identity.ts";
import type { Callable } from "../form/target.ts";
import { listFunctions, withInspector } from "./inspector.ts";
import { syntax } from "./load-syntax.ts";

/**
 * Finds a class that this process shares with the processes that it was forked from or forked. They give it ids
 * independently of each other, so the receiver of an unknown id looks through its memory, once for each class.
 *
 * @returns `undefined` when several classes were defined at the same place: which of them it is cannot be known.
 */
export function findInheritedClass(place: ClassPlace): Callable | undefined {
  const found = listFunctions(place.name).filter((fn) => isAt(fn, place));
  return found.length === 1 ? found[0] : undefined;
}

function isAt(fn: Callable, { url, line, column }: ClassPlace): boolean {
  const inspection = withInspector((inspect) => inspect(fn));
  if (inspection.script?.url !== url) return false;
  const position = syntax().sourcePosition(Function.prototype.toString.call(fn), inspection);
  return position?.line === line && position.column === column;
}
