import type { PackedTarget } from "./packed-target.ts";
import { packReference } from "./reference.ts";
import type { Target } from "./target.ts";

/**
 * Makes a target ready to cross to a child, before anything is started.
 *
 * @throws {TargetError} when no child could run it, with what to write instead.
 * @throws {TypeError} when it is no target at all.
 */
export function packTarget(target: Target): PackedTarget {
  if (target instanceof URL) return packReference(target);
  if (typeof target === "object" && target !== null && "module" in target) return packReference(target);
  throw new TypeError(
    `Cannot start a process: its target is ${target === null ? "null" : typeof target}, ` +
      'give a function, { module: new URL("./job.js", import.meta.url), name: "job" }, or the URL of a module',
  );
}
