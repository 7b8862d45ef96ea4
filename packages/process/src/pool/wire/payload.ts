import type { TransferListItem } from "node:worker_threads";
import { collectRollbacks } from "../../base/send-rollback.ts";
import type { Reach } from "../../base/shareable.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { unpackValue } from "../../callable/load/unpack-value.ts";
import { packValue } from "../../callable/pack/pack-value.ts";
import { withCloneErrors } from "../../codec/encode.ts";
import { isCompound } from "../../codec/object-kind.ts";
import { checkCloneable } from "../../codec/refusal.ts";

/**
 * A value in a message between a pool and a worker.
 *
 * Shape: a primitive or a list of primitives is sent as it is. A list of many numbers is sent as a typed array, which
 * is moved instead of being read item by item. Any other value is sent as a {@link PackedPayload}. Most values are
 * small, so an envelope would be most of the message.
 */
export type Payload = PackedPayload | PlainPayload;

/** A value that `packValue` has packed. No plain payload is an object with this field. */
export interface PackedPayload {
  readonly packed: PackedValue;
}

type PlainPayload = string | number | bigint | boolean | null | undefined | ArrayLike<unknown>;

/**
 * Packs a list for a message.
 *
 * @param path what errors call the list: `args`.
 * @param transferList objects to move are added here.
 * @throws {CloneError} when the list contains a value that cannot be cloned.
 */
export function packListPayload(
  list: readonly unknown[],
  path: string,
  reach: Reach,
  transferList: TransferListItem[],
): Payload {
  const numbers = packNumbers(list);
  if (numbers !== undefined) {
    if (reach === "thread") transferList.push(numbers.buffer);
    return numbers;
  }
  return list.some(isCompound) ? { packed: packValue(list, path, reach, transferList) } : list;
}

/** Packs one value for a message; see {@link packListPayload}. */
export function packValuePayload(
  value: unknown,
  path: string,
  reach: Reach,
  transferList: TransferListItem[],
): Payload {
  return isCompound(value) ? { packed: packValue(value, path, reach, transferList) } : (value as PlainPayload);
}

/**
 * Checks that a value could be sent by itself. A value with parts that are moved is packed but not cloned: cloning
 * would move them.
 *
 * @throws the error of packing or cloning it, which names it by its path.
 */
export function checkPayload(value: unknown, path: string, reach: Reach): void {
  const transferList: TransferListItem[] = [];
  const { message, rollback } = collectRollbacks(() => packValuePayload(value, path, reach, transferList));
  try {
    if (!isPackedPayload(message) || transferList.length > 0) return;
    withCloneErrors(value, { reach, path, transferList }, () => checkCloneable(message.packed.value, reach));
  } finally {
    rollback();
  }
}

/** Whether `packValue` packed the value: then structured clone may refuse it. A plain payload is never refused. */
export function isPackedPayload(value: Payload): value is PackedPayload {
  return typeof value === "object" && value !== null && "packed" in value;
}

/** Rebuilds the value: at once for a plain payload, else as a promise. */
export function unpackPayload(value: Payload): unknown {
  return isPackedPayload(value) ? unpackValue(value.packed) : value;
}

/**
 * Copies many numbers, in the fewest bytes that keep each of them.
 *
 * @returns `undefined` when a value is no number, or there are so few that a typed array would cost more than it saves.
 */
export function packNumbers(list: readonly unknown[]): PackedNumbers | undefined {
  if (list.length < 64) return undefined;
  let isWhole = true;
  /** The bits in which whole numbers differ from their sign. */
  let bits = 0;
  for (let i = 0; i < list.length; i++) {
    const value = list[i];
    if (typeof value !== "number") return undefined;
    const whole = value | 0;
    isWhole &&= Object.is(whole, value);
    bits |= whole ^ (whole >> 31);
  }
  const numbers = list as readonly number[];
  if (!isWhole) return new Float64Array(numbers);
  if (bits < 2 ** 7) return new Int8Array(numbers);
  return bits < 2 ** 15 ? new Int16Array(numbers) : new Int32Array(numbers);
}

type PackedNumbers =
  | Float64Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>;
