import { inspected } from "../base/inspected.ts";
import { checkOptionKeys } from "../base/options.ts";
import { type Handle, registerShareable, toHandle } from "../base/shareable.ts";
import { SharedMemory } from "./shared-memory.ts";

/** What a ShareableList holds. */
export type Item = number | bigint | boolean | string | Uint8Array | null;

const kinds = ["null", "boolean", "number", "bigint", "string", "bytes"] as const;
const formats = ["x", "?", "d", "q", "s", "b"];
const headBytes = 8;
const slotBytes = 16;

/**
 * A list of fixed length in named shared memory, each item of which may be replaced by another that needs no more room.
 *
 * A string or a Uint8Array has as much room as the first one in its place took in UTF-8, rounded up to more than that by
 * eights; anything else has 8 bytes. Nothing is locked: two writers of one item need a lock of their own.
 *
 * Shape: 8 bytes, the length; a slot of 16 bytes for each item; then the items, each at a multiple of 8.
 *   0  u8 kind: 0 null, 1 boolean, 2 number, 3 bigint, 4 string, 5 bytes
 *   4  u32 how many bytes it has
 *   8  u32 where it stands, 12 u32 how many bytes there is room for
 *
 * @example
 * const list = new ShareableList(["howdy", 273.154, true, null]);
 * list.set(1, "warm");
 */
export class ShareableList {
  /** The memory that it is in. */
  readonly memory: SharedMemory;
  readonly #view: DataView;

  /**
   * @param items what is in it at first. Left out, the list is attached to by name.
   * @param options.name of the shared memory. Default: a new one.
   */
  constructor(items?: Iterable<Item>, options: { readonly name?: string | undefined } = {}) {
    checkOptionKeys("ShareableList", options, ["name"]);
    const all = items === undefined ? undefined : [...items];
    const bodies = all?.map(write);
    const rooms = bodies?.map(({ bytes }) => 8 * (Math.floor(bytes.length / 8) + 1)) ?? [];
    const start = headBytes + rooms.length * slotBytes;
    const size = rooms.reduce((sum, room) => sum + room, start);
    this.memory = new SharedMemory({ name: options.name, create: all !== undefined, size });
    const { buffer } = this.memory;
    this.#view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    if (bodies === undefined) return;
    let at = start;
    for (const [i, room] of rooms.entries()) {
      this.#view.setUint32(this.#slot(i) + 8, at, true);
      this.#view.setUint32(this.#slot(i) + 12, room, true);
      at += room;
    }
    this.#view.setUint32(0, bodies.length, true);
    for (const [i, body] of bodies.entries()) this.#put(i, body);
  }

  get length(): number {
    return this.#view.getUint32(0, true);
  }

  /** One letter for each item: `x` null, `?` boolean, `d` number, `q` bigint; `8s` a string and `8b` bytes with room for 8. */
  get format(): string {
    return Array.from({ length: this.length }, (_, i) => {
      const kind = this.#view.getUint8(this.#slot(i));
      return kind < kinds.indexOf("string") ? formats[kind] : `${this.#room(i)}${formats[kind]}`;
    }).join("");
  }

  /** @throws {RangeError} when there is no such item. Below zero counts from the end. */
  get(index: number): Item {
    const slot = this.#slot(this.#index(index));
    const [kind, length, at] = [this.#view.getUint8(slot), this.#view.getUint32(slot + 4, true), this.#at(slot)];
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

  /** @throws {RangeError} when there is no such item, or not enough room for it; nothing has changed then. */
  set(index: number, item: Item): void {
    const i = this.#index(index);
    const body = write(item);
    if (body.bytes.length > this.#room(i)) {
      throw new RangeError(
        `Cannot store ${body.bytes.length} bytes as item ${index} of the list: there is room for ${this.#room(i)}`,
      );
    }
    this.#put(i, body);
  }

  /** How many items equal a value. */
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

  [toHandle](): Handle {
    return { module: import.meta.url, kind: "ShareableList", data: this.memory.name };
  }

  #put(i: number, { kind, bytes }: { kind: number; bytes: Uint8Array }): void {
    const slot = this.#slot(i);
    this.memory.buffer.set(bytes, this.#at(slot));
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

  #at(slot: number): number {
    return this.#view.getUint32(slot + 8, true);
  }

  #room(i: number): number {
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
      `Cannot store ${String(item)} in a ShareableList: write a number, a bigint of 64 bits, a boolean, a string without half characters, a Uint8Array or null`,
    );
  }
  return of(typeof item === "number" ? "number" : "bigint", new Uint8Array(view.buffer));
}

function isEqual(a: Item, b: Item): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}

registerShareable("ShareableList", (name: string) => new ShareableList(undefined, { name }));
