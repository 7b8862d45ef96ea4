import { inspected } from "../base/inspected.ts";
import { checkOptionKeys } from "../base/options.ts";
import { otherMachineError } from "../base/other-machine-error.ts";
import { refuseIndexes } from "../base/refuse-indexes.ts";
import { type Handle, type Reach, registerShareable, toHandle } from "../base/shareable.ts";
import { SharedMemory } from "./shared-memory.ts";

/** An item of a ShareableList. */
export type Item = number | bigint | boolean | string | Uint8Array | null;

const kinds = ["null", "boolean", "number", "bigint", "string", "bytes"] as const;
const formats = ["x", "?", "d", "q", "s", "b"];
const headBytes = 8;
const slotBytes = 16;

/**
 * A list of fixed length in named shared memory. An item can be replaced by one that fits in its capacity.
 *
 * The capacity of a string or a Uint8Array is the length in bytes of the first one, as UTF-8, rounded up to the next
 * larger multiple of 8. Other items have 8 bytes. The list has no lock: concurrent writers of an item need one of
 * their own.
 *
 * Shape: 8 bytes, the length; a slot of 16 bytes for each item; then the items, each at a multiple of 8.
 *   0  u8 kind: 0 null, 1 boolean, 2 number, 3 bigint, 4 string, 5 bytes
 *   4  u32 its length in bytes
 *   8  u32 its offset, 12 u32 its capacity in bytes
 *
 * @example
 * using list = new ShareableList(["howdy", 273.154, true, null]);
 * list.set(1, "warm");
 */
export class ShareableList {
  /** The memory of the list. */
  readonly memory: SharedMemory;
  readonly #view: DataView;

  /**
   * @param items the initial items. When omitted, the constructor attaches to the list with the name.
   * @param options.name the name of the shared memory. Default: a new name.
   */
  constructor(items?: Iterable<Item>, options: { readonly name?: string | undefined } = {}) {
    checkOptionKeys("ShareableList", options, ["name"]);
    const all = items === undefined ? undefined : [...items];
    const encoded = all?.map(write);
    const capacities = encoded?.map(({ bytes }) => 8 * (Math.floor(bytes.length / 8) + 1)) ?? [];
    const start = headBytes + capacities.length * slotBytes;
    const size = capacities.reduce((sum, capacity) => sum + capacity, start);
    this.memory = new SharedMemory({ name: options.name, create: all !== undefined, size });
    const { buffer } = this.memory;
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    if (encoded === undefined) return;
    let at = start;
    for (const [i, capacity] of capacities.entries()) {
      this.#view.setUint32(this.#slot(i) + 8, at, true);
      this.#view.setUint32(this.#slot(i) + 12, capacity, true);
      at += capacity;
    }
    this.#view.setUint32(0, encoded.length, true);
    for (const [i, value] of encoded.entries()) this.#put(i, value);
  }

  get length(): number {
    return this.#view.getUint32(0, true);
  }

  /**
   * A letter for each item: `x` null, `?` boolean, `d` number, `q` bigint; `8s` a string, `8b` bytes, of capacity 8.
   */
  get format(): string {
    return Array.from({ length: this.length }, (_, i) => {
      const kind = this.#view.getUint8(this.#slot(i));
      return kind < kinds.indexOf("string") ? formats[kind] : `${this.#capacity(i)}${formats[kind]}`;
    }).join("");
  }

  /**
   * @param index below zero counts from the end.
   * @throws {RangeError} when there is no such item.
   */
  get(index: number): Item {
    const slot = this.#slot(this.#index(index));
    const [kind, length, at] = [this.#view.getUint8(slot), this.#view.getUint32(slot + 4, true), this.#offset(slot)];
    const bytes = this.memory.buffer.slice(at, at + length);
    switch (kinds[kind]) {
      case "boolean":
        return bytes[0] === 1;
      case "number":
        return this.#view.getFloat64(at, true);
      case "bigint":
        return this.#view.getBigInt64(at, true);
      case "string":
        return new TextDecoder().decode(bytes);
      case "bytes":
        return bytes;
      default:
        return null;
    }
  }

  /** @throws {RangeError} when there is no such item, or the new one exceeds its capacity; nothing has changed then. */
  set(index: number, item: Item): void {
    const i = this.#index(index);
    const value = write(item);
    if (value.bytes.length > this.#capacity(i)) {
      throw new RangeError(
        `Cannot store ${value.bytes.length} bytes as item ${index} of the list: its capacity is ${this.#capacity(i)} bytes, store less or make the list with a longer item`,
      );
    }
    this.#put(i, value);
  }

  /** The number of items that equal a value. */
  count(item: Item): number {
    return [...this].filter((each) => isEqual(each, item)).length;
  }

  /** @throws {RangeError} when no item equals the value. */
  index(item: Item): number {
    const found = [...this].findIndex((each) => isEqual(each, item));
    if (found === -1) throw new RangeError(`Cannot find ${String(item)}: it is not in the list`);
    return found;
  }

  *[Symbol.iterator](): Generator<Item> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }

  toString(): string {
    return `ShareableList([${[...this].map(String).join(", ")}], "${this.memory.name}")`;
  }

  [inspected](): string {
    return this.toString();
  }

  /** Closes the list here. The object that created the list also unlinks its memory. */
  [Symbol.dispose](): void {
    this.memory[Symbol.dispose]();
  }

  [toHandle](reach: Reach): Handle {
    if (reach === "machine") throw otherMachineError("ShareableList");
    return { module: import.meta.url, kind: "ShareableList", data: this.memory.name };
  }

  #put(i: number, { kind, bytes }: { kind: number; bytes: Uint8Array }): void {
    const slot = this.#slot(i);
    this.memory.buffer.set(bytes, this.#offset(slot));
    this.#view.setUint32(slot + 4, bytes.length, true);
    this.#view.setUint8(slot, kind);
  }

  #index(index: number): number {
    const i = index < 0 ? index + this.length : index;
    if (Number.isInteger(i) && i >= 0 && i < this.length) return i;
    throw new RangeError(`Cannot find item ${index} of a ShareableList: it has ${this.length}`);
  }

  #slot(i: number): number {
    return headBytes + i * slotBytes;
  }

  #offset(slot: number): number {
    return this.#view.getUint32(slot + 8, true);
  }

  #capacity(i: number): number {
    return this.#view.getUint32(this.#slot(i) + 12, true);
  }
}

function write(item: Item): { kind: number; bytes: Uint8Array } {
  const of = (kind: (typeof kinds)[number], bytes: Uint8Array) => ({ kind: kinds.indexOf(kind), bytes });
  if (item === null) return of("null", new Uint8Array());
  if (item instanceof Uint8Array) return of("bytes", item);
  if (typeof item === "string" && item.isWellFormed()) return of("string", new TextEncoder().encode(item));
  if (typeof item === "boolean") return of("boolean", Uint8Array.of(item ? 1 : 0));
  const view = new DataView(new ArrayBuffer(8));
  if (typeof item === "number") view.setFloat64(0, item, true);
  else if (typeof item === "bigint" && BigInt.asIntN(64, item) === item) view.setBigInt64(0, item, true);
  else {
    throw new TypeError(
      `Cannot store ${String(item)} in a ShareableList: write a number, a bigint of 64 bits, a boolean, a well-formed string, a Uint8Array or null`,
    );
  }
  return of(typeof item === "number" ? "number" : "bigint", new Uint8Array(view.buffer));
}

function isEqual(a: Item, b: Item): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}

refuseIndexes(ShareableList);
registerShareable("ShareableList", (name: string) => new ShareableList(undefined, { name }));
