import { addRollback, collectRollbacks } from "../../base/send-rollback.ts";
import type { Reach } from "../../base/shareable.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { packValue } from "../../callable/pack/pack-value.ts";
import { isArrayBuffer, isMap, isSet } from "../../codec/object-kind.ts";
import { transferListOf } from "../../codec/transfer.ts";
import type { ItemKey } from "./pool-message.ts";
import { type SentOnce, sentOnceId } from "./sent-once.ts";

/** The approximate size, in bytes, from which a value is sent separately. */
const minBytes = 4096;

/** A large value that every item of a call contains under the same key. */
export class RepeatedValue implements SentOnce {
  readonly id = sentOnceId();
  readonly key: ItemKey;
  readonly value: object;
  readonly #packed = new Map<Reach, PackedValue>();

  constructor(key: ItemKey, value: object) {
    this.key = key;
    this.value = value;
  }

  /** @returns the packed value; `undefined` when only one worker can receive it: a part is moved, or is a socket. */
  pack(reach: Reach): PackedValue | undefined {
    const known = this.#packed.get(reach);
    if (known !== undefined) return known;
    const moved: never[] = [];
    const { message: packed, rollback } = collectRollbacks(() => packValue(this.value, "items", reach, moved));
    if (packed.descriptors !== undefined) {
      rollback();
      return undefined;
    }
    addRollback(rollback);
    if (moved.length > 0) return undefined;
    this.#packed.set(reach, packed);
    return packed;
  }
}

/**
 * The large values that every item of a `map` or `imap` contains under the same key: the item itself, one of its
 * elements or one of its fields. Each worker is sent them once instead of with each item.
 */
export class RepeatedValues {
  #first: { readonly item: unknown } | undefined;
  #values: readonly RepeatedValue[] | undefined;

  /** All values detected so far. */
  get all(): readonly RepeatedValue[] {
    return this.#values ?? [];
  }

  /**
   * The repeated values that all of these items contain. The first two items of the call decide which values repeat.
   */
  foundIn(items: readonly unknown[]): readonly RepeatedValue[] {
    this.detect(items);
    if (this.#values === undefined || this.#values.length === 0) return none;
    return this.#values.filter(({ key, value }) => items.every((item) => valueAt(item, key) === value));
  }

  /** Compares the first two items of the call. They may arrive in two calls of this method; later calls do nothing. */
  detect(items: readonly unknown[]): void {
    if (this.#values !== undefined) return;
    const [one, two] = this.#first === undefined ? items : [this.#first.item, items[0]];
    if (this.#first === undefined && items.length < 2) {
      if (items.length === 1) this.#first = { item: one };
      return;
    }
    this.#first = undefined;
    this.#values = keysOf(one).flatMap((key) => {
      const value = valueAt(one, key);
      return value === valueAt(two, key) && isLarge(value) ? [new RepeatedValue(key, value)] : [];
    });
    // When the item itself repeats, its elements and fields are part of it.
    if (this.#values[0]?.key === null) this.#values = this.#values.slice(0, 1);
  }
}

/** Copies items, with `null` in place of the values that are sent separately. */
export function omitValues(items: readonly unknown[], values: readonly RepeatedValue[]): unknown[] {
  return items.map((item) => {
    if (values[0]?.key === null) return null;
    const copy = (Array.isArray(item) ? item.slice() : { ...(item as object) }) as Record<string, unknown>;
    for (const { key } of values) copy[key as string] = null;
    return copy;
  });
}

const none: readonly RepeatedValue[] = [];

function keysOf(item: unknown): ItemKey[] {
  if (typeof item !== "object" || item === null) return [];
  if (Array.isArray(item)) return [null, ...item.keys()];
  // Assigning a field of that name would set the prototype.
  return isPlain(item) ? [null, ...Object.keys(item).filter((key) => key !== "__proto__")] : [null];
}

function valueAt(item: unknown, key: ItemKey): unknown {
  if (key === null) return item;
  if (typeof item !== "object" || item === null || transferListOf(item) !== undefined) return undefined;
  if (!(Array.isArray(item) || isPlain(item))) return undefined;
  // Reads no getter: packing the item would read it a second time.
  return Object.getOwnPropertyDescriptor(item, key)?.value;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

// Stops as soon as the size is reached.
function isLarge(value: unknown): value is object {
  if (typeof value !== "object" || value === null || transferListOf(value) !== undefined) return false;
  let bytes = 0;
  const stack: unknown[] = [value];
  while (stack.length > 0 && bytes < minBytes) {
    const next = stack.pop();
    bytes += typeof next === "string" ? next.length : 8;
    if (typeof next !== "object" || next === null) continue;
    if (ArrayBuffer.isView(next)) bytes += isArrayBuffer(next.buffer) ? next.byteLength : 0;
    else if (isArrayBuffer(next)) bytes += next.byteLength;
    else if (isMap(next) || isSet(next)) bytes += 8 * next.size;
    else if (Array.isArray(next) && next.length * 8 >= minBytes) bytes += next.length * 8;
    else for (const key of Object.keys(next)) stack.push(Object.getOwnPropertyDescriptor(next, key)?.value);
  }
  return bytes >= minBytes;
}
