import { TargetError } from "../../base/errors.ts";
import { decode } from "../../codec/decode.ts";
import { isClassLoaded } from "../form/package-class.ts";
import type { PackedValue } from "../form/packed-value.ts";
import { functionReaders } from "./function-reader.ts";
import { isModuleLoaded } from "./load-module.ts";

/** A value cannot be made without importing modules, which takes a promise. */
export class NotLoadedError extends TargetError {
  override get name(): string {
    return "TargetError";
  }
}

/**
 * Makes the value that was packed, without waiting.
 *
 * @throws {NotLoadedError} when modules must be imported first, which `unpackValue` does.
 */
export function unpackLoadedValue(packed: PackedValue): unknown {
  const missing =
    packed.requests.find((request) => !isModuleLoaded(request))?.specifier ??
    packed.packageClasses.find((name) => !isClassLoaded(name));
  if (missing !== undefined) {
    throw new NotLoadedError(
      `Cannot receive a value at once: its functions or classes need ${missing}, which must be imported first; ` +
        "write await get() or await recv()",
    );
  }
  return decode(packed, functionReaders);
}
