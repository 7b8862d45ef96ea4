import { TargetError } from "../../base/errors.ts";
import { functionName } from "../form/function-name.ts";
import { packageClassName } from "../form/package-class.ts";
import type { PackedTarget } from "../form/packed-target.ts";
import type { PackedValue } from "../form/packed-value.ts";
import type { Callable } from "../form/target.ts";
import { privateNames } from "../source/private-names.ts";
import { type Destination, packFunction } from "./pack-target.ts";
import { packValue } from "./pack-value.ts";

/** An object of the program's subclass of a class of this package: the class, and the object's own fields. */
export interface PackedSubclass {
  readonly type: PackedTarget;
  readonly fields: PackedValue;
}

/**
 * Packs an object whose class the program derived from one of this package. The child does not run its constructor.
 *
 * @throws {TargetError} when it has private fields: only its constructor makes them.
 */
export function packSubclass(object: object, to: Destination): PackedSubclass {
  const type = object.constructor as Callable;
  const names = privateNamesOf(type);
  if (names.length > 0) {
    throw new TargetError(
      `Cannot start "${functionName(type)}": it has private fields (${names.join(", ")}), which only its class can read; ` +
        "declare them without # (in TypeScript as private)",
    );
  }
  return { type: packFunction(type, to), fields: packValue({ ...object }, "this", to.reach, to.transferList) };
}

function privateNamesOf(type: unknown): string[] {
  if (typeof type !== "function" || packageClassName(type) !== undefined) return [];
  return [...privateNamesOf(Object.getPrototypeOf(type)), ...privateNames(type as Callable)];
}
