import type { TransferListItem } from "node:worker_threads";
import { TargetError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import { recall } from "../capture/capture-cache.ts";
import { exportOf, knownExportOf, ownExportOf } from "../capture/find-export.ts";
import { FunctionWriter } from "../capture/function-writer.ts";
import { nameOf } from "../form/function-name.ts";
import type { PackedTarget } from "../form/packed-target.ts";
import type { Callable, Target } from "../form/target.ts";
import { type Inspected, withInspector } from "../source/inspector.ts";
import { packReference } from "./module-reference.ts";
import { packValue } from "./pack-value.ts";

/** Where a target goes. */
export interface Destination {
  /** How far the message goes. */
  readonly reach: Reach;
  /** What moves along with it is added here. */
  readonly transferList: TransferListItem[];
}

/**
 * Makes a target ready to cross to a child, before anything is started. What a function captured is copied as it is now.
 *
 * @throws {TargetError} when no child could run it, with what to write instead.
 */
export function packTarget(target: Target, to: Destination): PackedTarget {
  if (typeof target !== "function") return packReference(target);
  if (isClass(target)) {
    throw new TargetError(
      `Cannot start the class ${nameOf(target) || "(anonymous)"}: a child calls its target; give a function, or a class that extends Process and overrides run()`,
    );
  }
  return packFunction(target, to);
}

/**
 * Makes any function or class ready to cross: as the name of an export where its module exports it, else as its text with
 * what it captured.
 *
 * @throws {TargetError} when it cannot cross.
 */
export function packFunction(fn: Callable, { reach, transferList }: Destination): PackedTarget {
  const attempt = `Cannot start "${nameOf(fn) || "(anonymous)"}"`;
  const known = knownExportOf(fn);
  if (known !== undefined) return { by: "reference", ...known };
  return withInspector((inspect): PackedTarget => {
    const inspected = recall(fn) ?? inspect(fn);
    const exported = isLocated(inspected) ? exportOf(fn, inspected) : undefined;
    if (exported !== undefined) return { by: "reference", ...exported };
    const moved = [...transferList];
    try {
      const writer = new FunctionWriter(reach);
      writer.add(fn, attempt);
      const packed = packValue(fn, attempt, reach, moved, writer);
      transferList.push(...moved.slice(transferList.length));
      return { by: "value", function: packed };
    } catch (thrown) {
      const error = explained(thrown, attempt);
      // The program's own main module can be imported by a child that it concerns: the child refuses to start processes
      // meanwhile. That is second best, since the module's top level runs once more.
      const own = error instanceof TargetError && isLocated(inspected) ? ownExportOf(fn, inspected) : undefined;
      if (own === undefined) throw error;
      return { by: "reference", ...own };
    }
  });
}

function explained(error: unknown, attempt: string): unknown {
  if (!(error instanceof RangeError) || !error.message.includes("call stack")) return error;
  return new TargetError(
    `${attempt}: its text, or what it captured, is nested too deeply; make that inside of the function, or send it as a list`,
    { cause: error },
  );
}

function isLocated({ script }: Inspected): boolean {
  return script !== null && !script.url.startsWith("node:");
}

function isClass(fn: Callable): boolean {
  return /^class\b/.test(Function.prototype.toString.call(fn));
}
