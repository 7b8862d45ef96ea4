import type { TransferListItem } from "node:worker_threads";
import { TargetError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import { cachedInspection } from "../capture/capture-cache.ts";
import { cachedExport, findExport, findExportOrMainExport } from "../capture/find-export.ts";
import { FunctionWriter } from "../capture/function-writer.ts";
import { functionName } from "../form/function-name.ts";
import type { PackedTarget } from "../form/packed-target.ts";
import type { Callable, Target } from "../form/target.ts";
import { type Inspection, withInspector } from "../source/inspector.ts";
import { packReference } from "./module-reference.ts";
import { packValue } from "./pack-value.ts";

/** The message that a target is packed for. */
export interface Destination {
  /** How far the message is sent. */
  readonly reach: Reach;
  /** Objects to move are added here. */
  readonly transferList: TransferListItem[];
}

/**
 * Packs a target for a child, before the child is started. Captured variables are sent with their current values.
 *
 * @throws {TargetError} when no child could run it, with the code to write instead.
 */
export function packTarget(target: Target, to: Destination): PackedTarget {
  if (typeof target !== "function") return packReference(target);
  if (isClass(target)) {
    throw new TargetError(
      `Cannot start the class ${functionName(target) || "(anonymous)"}: a child calls its target; ` +
        "give a function, or a class that extends Process and overrides run()",
    );
  }
  return packFunction(target, to);
}

/**
 * Packs any function or class: as a reference when its module exports it, else as its text with its captured variables.
 *
 * @throws {TargetError} when it cannot be sent.
 */
export function packFunction(fn: Callable, { reach, transferList }: Destination): PackedTarget {
  const attempt = `Cannot start "${functionName(fn) || "(anonymous)"}"`;
  const known = cachedExport(fn);
  if (known !== undefined) return { by: "reference", ...known };
  return withInspector((inspect): PackedTarget => {
    const inspection = cachedInspection(fn) ?? inspect(fn);
    const exported = isLocated(inspection) ? findExport(fn, inspection) : undefined;
    if (exported !== undefined) return { by: "reference", ...exported };
    const moved = [...transferList];
    try {
      const writer = new FunctionWriter(reach);
      writer.add(fn, attempt);
      const packed = packValue(fn, attempt, reach, moved, { writer });
      transferList.push(...moved.slice(transferList.length));
      return { by: "value", function: packed };
    } catch (thrown) {
      const error = explainDepth(thrown, attempt);
      // As the last resort, the child imports an exported function of the main module, and refuses to start processes
      // during the import. The module's top level runs again there.
      if (!(error instanceof TargetError && isLocated(inspection))) throw error;
      const mainExport = findExportOrMainExport(fn, inspection);
      if (mainExport === undefined) throw error;
      return { by: "reference", ...mainExport, refusal: error.message };
    }
  });
}

function explainDepth(error: unknown, attempt: string): unknown {
  if (!(error instanceof RangeError) || !error.message.includes("call stack")) return error;
  return new TargetError(
    `${attempt}: its text or a captured variable is nested too deeply; ` +
      "make the value inside of the function, or send it as a list",
    { cause: error },
  );
}

function isLocated({ script }: Inspection): boolean {
  return script !== null && !script.url.startsWith("node:");
}

function isClass(fn: Callable): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}
