import type { Callable } from "../form/target.ts";
import { syntax } from "./load-syntax.ts";

/**
 * The private members that objects of a class have. Those that a compiler has replaced by weak maps count as well: the
 * maps of the child do not have its copy.
 */
export function privateNames(fn: Callable): string[] {
  const text = Function.prototype.toString.call(fn);
  return /#|__(?:private|classPrivate)/.test(text) ? syntax().privateNames(text) : [];
}
