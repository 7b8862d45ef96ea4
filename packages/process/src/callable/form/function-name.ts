import type { Callable } from "./target.ts";

/** What a function is called; empty when it has no name, or its class has put something else in that place. */
export function nameOf(fn: Callable): string {
  const name: unknown = fn.name;
  return typeof name === "string" ? name : "";
}
