import type { Family } from "../../base/spawn-result.ts";

/** How many series of others a picture shows beside ours. */
const others = 5;

/**
 * Chooses the series of a picture: more than about ten cannot be followed. Ours are all kept, and five of the others:
 * one of Node, C and Python in turn. The tables show all.
 */
export function followed<T>(all: readonly T[], familyOf: (one: T) => Family): T[] {
  const rest = (["node", "native", "python"] as const).map((family) => all.filter((one) => familyOf(one) === family));
  const longest = Math.max(...rest.map(({ length }) => length));
  const inTurn = Array.from({ length: longest }, (_, at) => rest.flatMap((own) => own.slice(at, at + 1))).flat();
  const chosen = new Set(inTurn.slice(0, others));
  return all.filter((one) => familyOf(one) === "manyhands" || chosen.has(one));
}
