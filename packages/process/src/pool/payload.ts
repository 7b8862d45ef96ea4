import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../base/shareable.ts";
import { isCompound } from "../codec/children.ts";
import { packValue } from "../target/pack-value.ts";
import type { PackedValue } from "../target/packed-value.ts";
import { unpackValue } from "../target/unpack-value.ts";

/**
 * A value on its way between a pool and a worker: as it stands when it is made of primitives, else as `packValue` made it.
 *
 * Shape: `{ raw }` or `{ packed }`. A list of numbers crosses as a Float64Array, which is moved rather than read item by item.
 */
export type Packed = { readonly raw: unknown } | { readonly packed: PackedValue };

/**
 * Makes a list ready to cross.
 *
 * @param path what the list is called in errors: `args`.
 * @param transferList what is to be moved is added here.
 * @throws {CloneError} when something in it cannot cross.
 */
export function packList(
  list: readonly unknown[],
  path: string,
  reach: Reach,
  transferList: TransferListItem[],
): Packed {
  // Below this a typed array costs more than it saves.
  if (list.length >= 64 && list.every(isNumber)) {
    const numbers = Float64Array.from(list as readonly number[]);
    if (reach === "thread") transferList.push(numbers.buffer);
    return { raw: numbers };
  }
  return list.some(isCompound) ? { packed: packValue(list, path, reach, transferList) } : { raw: list };
}

/** Makes one value ready to cross; see {@link packList}. */
export function packOne(value: unknown, path: string, reach: Reach, transferList: TransferListItem[]): Packed {
  return isCompound(value) ? { packed: packValue(value, path, reach, transferList) } : { raw: value };
}

/** Whether a value may be met that cloning refuses; primitives, and numbers by the thousand, are never refused. */
export function isSafe(value: Packed): value is { readonly raw: unknown } {
  return "raw" in value;
}

/** Makes the value again; without a promise where none is needed. */
export function unpack(value: Packed): unknown {
  return "raw" in value ? value.raw : unpackValue(value.packed);
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}
