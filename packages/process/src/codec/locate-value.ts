import { visitChildren } from "./children.ts";
import { isArrayOrPlainObject, isMap, isSet } from "./object-kind.ts";

/** A value inside of another, with its path. */
export interface LocatedValue {
  readonly value: unknown;
  /** As the caller would write it: `args[1].socket`. */
  readonly path: string;
  /** The outermost class instance on the path from the root to this value; it may be this value itself. */
  readonly instance: LocatedValue | undefined;
}

/**
 * Finds the value, nearest to the root, that `isWanted` accepts.
 *
 * @param path the root's name in the caller's code.
 */
export function locateValue(
  root: unknown,
  path: string,
  isWanted: (value: unknown) => boolean,
): LocatedValue | undefined {
  const seen = new Set<unknown>([root]);
  const queue = [located(root, path)];
  for (const candidate of queue) {
    if (isWanted(candidate.value)) return candidate;
    if (typeof candidate.value !== "object" || candidate.value === null) continue;
    try {
      visitChildren(candidate.value, (child, step) => {
        if (!seen.has(child)) queue.push(located(child, candidate.path + step(), candidate.instance));
        seen.add(child);
      });
    } catch {
      // The children of an object whose getter or trap throws cannot be named.
    }
  }
  return undefined;
}

function located(value: unknown, path: string, instance?: LocatedValue): LocatedValue {
  if (instance !== undefined || !isInstance(value)) return { value, path, instance };
  return { value, path, instance: { value, path, instance } };
}

function isInstance(value: unknown): boolean {
  try {
    return (
      typeof value === "object" && value !== null && !isArrayOrPlainObject(value) && !(isMap(value) || isSet(value))
    );
  } catch {
    return false;
  }
}
