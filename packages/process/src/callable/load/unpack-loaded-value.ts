import { TargetError } from "../../base/errors.ts";
import { decode } from "../../codec/decode.ts";
import type { Encoded } from "../../codec/encode.ts";
import { receiveMemorySync } from "../../codec/shared-memory-form.ts";
import { isClassLoaded } from "../form/package-class.ts";
import type { PackedValue } from "../form/packed-value.ts";
import { functionReaders } from "./function-reader.ts";
import { isModuleLoaded } from "./load-module.ts";

/** A value cannot be made without importing modules or receiving descriptors, which takes a promise. */
export class NotLoadedError extends TargetError {
  override get name(): string {
    return "TargetError";
  }
}

/**
 * Makes the value that was packed, without waiting.
 *
 * @throws {NotLoadedError} when modules must be imported or descriptors received first, which `unpackValue` does.
 */
export function unpackLoadedValue(packed: PackedValue): unknown {
  checkNeedsNoDescriptors(packed);
  const missing =
    packed.requests.find((request) => !isModuleLoaded(request))?.specifier ??
    packed.packageClasses.find((name) => !isClassLoaded(name));
  if (missing !== undefined) {
    throw new NotLoadedError(
      `Cannot receive a value at once: its functions or classes need ${missing}, which must be imported first; ` +
        "write await get() or await recv()",
    );
  }
  return decode(packed, [...receiveMemorySync(packed), ...functionReaders]);
}

/** @throws {NotLoadedError} when a value has sockets, whose descriptors must be received first. */
export function checkNeedsNoDescriptors({ descriptors }: Encoded): void {
  if (descriptors === undefined) return;
  throw new NotLoadedError(
    "Cannot receive a value at once: its sockets must be fetched from the sender first; write await get() or await recv()",
  );
}
