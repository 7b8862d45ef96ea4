import { checkOptionKeys } from "../../base/options.ts";
import type { Target } from "./target.ts";

/**
 * Refuses a value that is no target.
 *
 * @param what the beginning of the message: the attempted operation, and the value's name in it.
 * @throws {TypeError} with the forms of a target.
 */
export function checkTarget(target: unknown, what = "make a Process: its target"): asserts target is Target {
  if (typeof target === "function" || target instanceof URL) return;
  if (typeof target === "object" && target !== null && "module" in target) {
    checkOptionKeys("a target in a module", target, ["module", "name"]);
    return;
  }
  const given = target === null ? "null" : typeof target === "string" ? JSON.stringify(target) : typeof target;
  throw new TypeError(
    `Cannot ${what} is ${given}, give a function, ` +
      '{ module: new URL("./job.js", import.meta.url), name: "job" }, or the URL of a module',
  );
}
