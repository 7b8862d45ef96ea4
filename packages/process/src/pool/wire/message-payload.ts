import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { unpackValue } from "../../callable/load/unpack-value.ts";
import { packValue } from "../../callable/pack/pack-value.ts";
import { isCompound } from "../../codec/children.ts";

/**
 * A value on its way between a pool and a worker.
 *
 * Shape: a primitive or a list of primitives as it stands, a list of many numbers as a Float64Array, which is moved rather
 * than read item by item; anything else as {@link Box}. Most messages are small, and what surrounds a value is most of them.
 */
export type Packed = Box | Plain;

/** What `packValue` made of a value; no plain value is an object with this field. */
export interface Box {
  readonly packed: PackedValue;
}

type Plain = string | number | bigint | boolean | null | undefined | ArrayLike<unknown>;

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
    return numbers;
  }
  return list.some(isCompound) ? { packed: packValue(list, path, reach, transferList) } : list;
}

/** Makes one value ready to cross; see {@link packList}. */
export function packOne(value: unknown, path: string, reach: Reach, transferList: TransferListItem[]): Packed {
  return isCompound(value) ? { packed: packValue(value, path, reach, transferList) } : (value as Plain);
}

/** Whether a value crosses by `packValue`, and cloning may refuse it; plain ones are never refused. */
export function isBoxed(value: Packed): value is Box {
  return typeof value === "object" && value !== null && "packed" in value;
}

/** Makes the value again; without a promise where none is needed. */
export function unpack(value: Packed): unknown {
  return isBoxed(value) ? unpackValue(value.packed) : value;
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}
