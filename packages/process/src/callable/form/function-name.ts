import type { Callable } from "./target.ts";

/** The name of a function; empty when it has none, or its class has a static member `name` that is no string. */
export function functionName(fn: Callable): string {
  const name: unknown = fn.name;
  return typeof name === "string" ? name : "";
}
