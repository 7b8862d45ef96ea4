import { TargetError } from "../base/errors.ts";
import type { PackedTarget } from "./packed-target.ts";
import { packReference } from "./reference.ts";
import type { Target } from "./target.ts";

/**
 * Makes a target ready to cross to a child, before anything is started.
 *
 * @throws {TargetError} when no child could run it, with what to write instead.
 */
export function packTarget(target: Target): PackedTarget {
  if (typeof target !== "function") return packReference(target);
  throw new TargetError(
    `Cannot start the function ${target.name || "(anonymous)"}: say where it is, ` +
      `write { module: new URL("./job.js", import.meta.url), name: ${JSON.stringify(target.name || "job")} }`,
  );
}
