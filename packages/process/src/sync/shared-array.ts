import { registerShared, SharedObject } from "../memory/shared-object.ts";
import {
  type AnyTypedArray,
  bytesOf,
  type ElementOf,
  type ElementType,
  elementType,
  fromElement,
  type TypeCode,
  type TypedArrayOf,
  toElement,
  viewOf,
} from "./element.ts";
import { type GuardOptions, guardArg, guardBytes, guardOf } from "./guard.ts";
import type { Lock } from "./lock.ts";
import type { RLock } from "./rlock.ts";

/** How many elements its text shows. */
const shownElements = 10;

/**
 * Numbers in shared memory, as many as there were at first. Children see them where they are, uncopied.
 *
 * {@link typed} is for speed, the methods are for safety: they check each index and value. An index below zero counts from
 * the end.
 *
 * Shape: an RLock, 16 bytes; then the elements, as the machine orders their bytes.
 *
 * @example
 * const squares = new SharedArray("f64", 1000);
 * for (let i = 0; i < squares.length; i++) squares.typed[i] = i * i;
 */
export class SharedArray<T extends ElementType | TypeCode = ElementType> extends SharedObject {
  /** The elements as a typed array over the memory itself. `bool` and `char` are bytes. */
  readonly typed: TypedArrayOf<T>;
  readonly #type: ElementType;
  readonly #elements: AnyTypedArray;
  readonly #options: GuardOptions;
  readonly #lock: Lock | RLock | undefined;

  /**
   * @param type how the elements are stored.
   * @param sizeOrValues how many, all zero; or what they are.
   * @throws {TypeError} when there is no such type, or a value is none of it; {RangeError} when the size is no count.
   */
  constructor(type: T, sizeOrValues: number | Iterable<ElementOf<T>> | Uint8Array, options: GuardOptions = {}) {
    const own = elementType(type);
    const values = typeof sizeOrValues === "number" ? undefined : toElements(own, sizeOrValues);
    const length = values?.length ?? (sizeOrValues as number);
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`Cannot make a SharedArray of ${length} elements: write a whole number ≥ 0`);
    }
    super(guardBytes + length * bytesOf(own));
    this.#type = own;
    this.#options = options;
    const { segment, at } = this.place;
    this.#lock = guardOf(this.place, options);
    this.#elements = viewOf(own, segment.bytes, at * 4 + guardBytes, length);
    this.typed = this.#elements as unknown as TypedArrayOf<T>;
    if (this.place.isFresh && values !== undefined) this.#elements.set(values as never);
  }

  get length(): number {
    return this.#elements.length;
  }

  /** @throws {RangeError} when there is no such element. */
  get(index: number): ElementOf<T> {
    return fromElement(this.#type, this.#elements[this.#index(index)] as number) as ElementOf<T>;
  }

  /** @throws {RangeError} when there is no such element; {TypeError} when the value is none of the type. */
  set(index: number, value: ElementOf<T>): void {
    this.#elements[this.#index(index)] = toElement(this.#type, value) as never;
  }

  /** Copies a range of elements, as `Array.prototype.slice`. */
  slice(start?: number, end?: number): ElementOf<T>[] {
    return Array.from(this.#elements.subarray(start, end) as Iterable<number>, (element) =>
      fromElement(this.#type, element),
    ) as ElementOf<T>[];
  }

  /**
   * Overwrites a range of elements.
   *
   * @throws {RangeError} when there are not as many values as there are elements in the range.
   */
  setSlice(start: number | undefined, end: number | undefined, values: Iterable<ElementOf<T>> | Uint8Array): void {
    const range = this.#elements.subarray(start, end);
    const elements = toElements(this.#type, values);
    if (elements.length !== range.length) {
      throw new RangeError(
        `Cannot overwrite ${range.length} elements of a SharedArray with ${elements.length}: its length is fixed`,
      );
    }
    range.set(elements as never);
  }

  /** Of an array of `char`: the bytes up to the first zero. */
  get value(): Uint8Array {
    const end = this.#bytes().indexOf(0);
    return this.#bytes().slice(0, end === -1 ? undefined : end);
  }

  /** @throws {RangeError} when it is longer than the array. */
  set value(bytes: Uint8Array) {
    if (bytes.length > this.length) {
      throw new RangeError(
        `Cannot store ${bytes.length} bytes in a SharedArray of ${this.length}: its length is fixed`,
      );
    }
    this.#bytes().set(bytes);
    if (bytes.length < this.length) this.#bytes()[bytes.length] = 0;
  }

  /** Of an array of `char`: all its bytes. */
  get raw(): Uint8Array {
    return this.#bytes().slice();
  }

  /**
   * The lock that goes with it.
   *
   * @throws {TypeError} when it was made with `{ lock: false }`.
   */
  get lock(): Lock | RLock {
    if (this.#lock === undefined)
      throw new TypeError("Cannot get the lock of a SharedArray: it was made with { lock: false }");
    return this.#lock;
  }

  *[Symbol.iterator](): Generator<ElementOf<T>> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }

  override toString(): string {
    const first = this.slice(0, shownElements).join(", ");
    return `${this.constructor.name}(${this.#type}, [${first}${this.length > shownElements ? `, … ${this.length} in all` : ""}])`;
  }

  protected override revivalArgs(): readonly unknown[] {
    return [this.#type, this.length, guardArg(this.#options)];
  }

  #index(index: number): number {
    const at = index < 0 ? index + this.length : index;
    if (Number.isInteger(at) && at >= 0 && at < this.length) return at;
    throw new RangeError(`Cannot find element ${index} of a SharedArray: it has ${this.length}`);
  }

  #bytes(): Uint8Array {
    if (this.#type === "char") return this.#elements as Uint8Array;
    throw new TypeError(`Cannot read a SharedArray of ${this.#type} as bytes: that is for arrays of char`);
  }
}

function toElements(type: ElementType, values: Iterable<unknown>): ArrayLike<number | bigint> {
  if (type === "char" && values instanceof Uint8Array) return values;
  return Array.from(values, (value) => toElement(type, value));
}

registerShared(SharedArray as never, import.meta.url);
