import { isBare, visitChildren } from "./children.ts";

/** Where in a value something stands. */
export interface Place {
  readonly value: unknown;
  /** As the caller would write it: `args[1].socket`. */
  readonly path: string;
  /** The outermost object of a class on the way to it; it may be that itself. */
  readonly instance: Place | undefined;
}

/**
 * Finds the place, nearest to the root, of what is wanted.
 *
 * @param path what the caller calls the root.
 */
export function findPlace(root: unknown, path: string, isWanted: (value: unknown) => boolean): Place | undefined {
  const seen = new Set<unknown>([root]);
  const queue = [placeOf(root, path)];
  for (const place of queue) {
    if (isWanted(place.value)) return place;
    if (typeof place.value !== "object" || place.value === null) continue;
    try {
      visitChildren(place.value, (child, step) => {
        if (!seen.has(child)) queue.push(placeOf(child, place.path + step(), place.instance));
        seen.add(child);
      });
    } catch {
      // What cannot be looked into holds nothing that could be named.
    }
  }
  return undefined;
}

function placeOf(value: unknown, path: string, instance?: Place): Place {
  if (instance !== undefined || !isOfClass(value)) return { value, path, instance };
  return { value, path, instance: { value, path, instance } };
}

function isOfClass(value: unknown): boolean {
  try {
    return (
      typeof value === "object" && value !== null && !isBare(value) && !(value instanceof Map || value instanceof Set)
    );
  } catch {
    return false;
  }
}
