import type { Reach } from "../../base/shareable.ts";
import type { PackedValue } from "../../callable/form/packed-value.ts";
import { packValue } from "../../callable/pack/pack-value.ts";
import { transferListOf } from "../../codec/transfer.ts";
import type { RepeatedPlace } from "./pool-message.ts";
import { type SentOnce, sentOnceId } from "./sent-once.ts";

/** From how many bytes on, roughly, a value is worth to be sent apart. */
const leastBytes = 4096;

/** A large value that stands in every item of a call. */
export class RepeatedValue implements SentOnce {
  readonly id = sentOnceId();
  readonly place: RepeatedPlace;
  readonly value: object;
  readonly #packed = new Map<Reach, PackedValue>();

  constructor(place: RepeatedPlace, value: object) {
    this.place = place;
    this.value = value;
  }

  /** @returns the value, ready to cross; `undefined` when it can go to one worker only, since something of it moves. */
  pack(reach: Reach): PackedValue | undefined {
    const known = this.#packed.get(reach);
    if (known !== undefined) return known;
    const moved: never[] = [];
    const packed = packValue(this.value, "items", reach, moved);
    if (moved.length > 0) return undefined;
    this.#packed.set(reach, packed);
    return packed;
  }
}

/**
 * The large values that stand in every item of a `map` or `imap`, at the same place: the item itself, one of its elements, or one
 * of its fields. They go to each worker once, not with each item.
 */
export class RepeatedValues {
  #first: { readonly item: unknown } | undefined;
  #values: readonly RepeatedValue[] | undefined;

  /** All that were found so far. */
  get all(): readonly RepeatedValue[] {
    return this.#values ?? [];
  }

  /** Those that stand in each of some items. Which there are is learnt from the first two items that are seen. */
  in(items: readonly unknown[]): readonly RepeatedValue[] {
    this.learn(items);
    if (this.#values === undefined || this.#values.length === 0) return none;
    return this.#values.filter(({ place, value }) => items.every((item) => at(item, place) === value));
  }

  /** Learns from the first items, as far as they are known. */
  learn(items: readonly unknown[]): void {
    if (this.#values !== undefined) return;
    const [one, two] = this.#first === undefined ? items : [this.#first.item, items[0]];
    if (this.#first === undefined && items.length < 2) {
      if (items.length === 1) this.#first = { item: one };
      return;
    }
    this.#first = undefined;
    this.#values = placesOf(one).flatMap((place) => {
      const value = at(one, place);
      return value === at(two, place) && isLarge(value) ? [new RepeatedValue(place, value)] : [];
    });
    // What is part of a repeated item goes with it.
    if (this.#values[0]?.place === null) this.#values = this.#values.slice(0, 1);
  }
}

/** The items without values that are sent apart; they are not changed. */
export function without(items: readonly unknown[], values: readonly RepeatedValue[]): unknown[] {
  return items.map((item) => {
    if (values[0]?.place === null) return null;
    const copy = (Array.isArray(item) ? item.slice() : { ...(item as object) }) as Record<string, unknown>;
    for (const { place } of values) copy[place as string] = null;
    return copy;
  });
}

const none: readonly RepeatedValue[] = [];

function placesOf(item: unknown): RepeatedPlace[] {
  if (typeof item !== "object" || item === null) return [];
  if (Array.isArray(item)) return [null, ...item.keys()];
  // To write a field of that name would set the prototype.
  return isPlain(item) ? [null, ...Object.keys(item).filter((key) => key !== "__proto__")] : [null];
}

function at(item: unknown, place: RepeatedPlace): unknown {
  if (place === null) return item;
  if (typeof item !== "object" || item === null || transferListOf(item) !== undefined) return undefined;
  if (!(Array.isArray(item) || isPlain(item))) return undefined;
  // A getter would be read twice.
  return Object.getOwnPropertyDescriptor(item, place)?.value;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

// Looks no further than it must.
function isLarge(value: unknown): value is object {
  if (typeof value !== "object" || value === null || transferListOf(value) !== undefined) return false;
  let bytes = 0;
  const stack: unknown[] = [value];
  while (stack.length > 0 && bytes < leastBytes) {
    const next = stack.pop();
    bytes += typeof next === "string" ? next.length : 8;
    if (typeof next !== "object" || next === null) continue;
    if (ArrayBuffer.isView(next)) bytes += next.buffer instanceof ArrayBuffer ? next.byteLength : 0;
    else if (next instanceof ArrayBuffer) bytes += next.byteLength;
    else if (next instanceof Map || next instanceof Set) bytes += 8 * next.size;
    else if (Array.isArray(next) && next.length * 8 >= leastBytes) bytes += next.length * 8;
    else for (const key of Object.keys(next)) stack.push(Object.getOwnPropertyDescriptor(next, key)?.value);
  }
  return bytes >= leastBytes;
}
