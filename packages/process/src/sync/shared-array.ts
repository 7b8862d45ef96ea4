import { refuseIndexes } from "../base/refuse-indexes.ts";
import { registerShared, SharedObject } from "../memory/shared-object.ts";
import { type DataLockOptions, dataLockArg, dataLockBytes, resolveDataLock } from "./data-lock.ts";
import {
  type AnyTypedArray,
  bytesOf,
  type ElementOf,
  type ElementType,
  elementsIn,
  elementType,
  fromElement,
  type TypeCode,
  type TypedArrayOf,
  toElement,
} from "./element.ts";
import type { Lock } from "./lock.ts";
import type { RLock } from "./rlock.ts";

/** How many elements `toString()` shows. */
const shownElements = 10;

/**
 * An array of fixed length in shared memory. Children access the same memory, not a copy.
 *
 * {@link typed} is fast; the methods are safe, since they check each index and value. An index below zero counts from
 * the end. `array[i]` is a TypeError: it is no element.
 *
 * Shape: an RLock, 16 bytes; then the elements, in the byte order of the machine.
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
  readonly #options: DataLockOptions;
  readonly #lock: Lock | RLock | undefined;

  /**
   * @param type the type of the elements.
   * @param sizeOrValues the number of elements, all zero; or their values.
   * @throws {TypeError} when there is no such type, or a value is not of it; {RangeError} when the size is not a whole
   *   number ≥ 0.
   */
  constructor(type: T, sizeOrValues: number | Iterable<ElementOf<T>> | Uint8Array, options: DataLockOptions = {}) {
    const own = elementType(type);
    const values = typeof sizeOrValues === "number" ? undefined : toElements(own, sizeOrValues);
    const length = values?.length ?? (sizeOrValues as number);
    if (!Number.isSafeInteger(length) || length < 0) {
      throw new RangeError(`Cannot create a SharedArray of ${length} elements: write a whole number ≥ 0`);
    }
    super(dataLockBytes + length * bytesOf(own));
    this.#type = own;
    this.#options = options;
    const { segment, at } = this.location;
    this.#lock = resolveDataLock(this.location, options);
    this.#elements = elementsIn(own, segment.bytes, at * 4 + dataLockBytes, length);
    this.typed = this.#elements as unknown as TypedArrayOf<T>;
    if (this.location.isFresh && values !== undefined) this.#elements.set(values as never);
  }

  get length(): number {
    return this.#elements.length;
  }

  /** @throws {RangeError} when there is no such element. */
  get(index: number): ElementOf<T> {
    return fromElement(this.#type, this.#elements[this.#index(index)] as number) as ElementOf<T>;
  }

  /** @throws {RangeError} when there is no such element; {TypeError} when the value is not of the type. */
  set(index: number, value: ElementOf<T>): void {
    this.#elements[this.#index(index)] = toElement(this.#type, value) as never;
  }

  /** Copies a range of elements, as `Array.prototype.slice` does. */
  slice(start?: number, end?: number): ElementOf<T>[] {
    return Array.from(this.#elements.subarray(start, end) as Iterable<number>, (element) =>
      fromElement(this.#type, element),
    ) as ElementOf<T>[];
  }

  /**
   * Overwrites a range of elements.
   *
   * @throws {RangeError} when the number of values is not the length of the range.
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

  /** The bytes up to the first zero. For arrays of `char`. */
  get value(): Uint8Array {
    const end = this.#bytes().indexOf(0);
    return this.#bytes().slice(0, end === -1 ? undefined : end);
  }

  /** @throws {RangeError} when there are more bytes than elements. */
  set value(bytes: Uint8Array) {
    if (bytes.length > this.length) {
      throw new RangeError(
        `Cannot store ${bytes.length} bytes in a SharedArray of ${this.length}: its length is fixed`,
      );
    }
    this.#bytes().set(bytes);
    if (bytes.length < this.length) this.#bytes()[bytes.length] = 0;
  }

  /** All bytes. For arrays of `char`. */
  get raw(): Uint8Array {
    return this.#bytes().slice();
  }

  /**
   * The lock that belongs to it.
   *
   * @throws {TypeError} when it was made with `{ lock: false }`.
   */
  get lock(): Lock | RLock {
    if (this.#lock === undefined)
      throw new TypeError(
        "Cannot get the lock of a SharedArray: it was made with { lock: false }, make it without that option",
      );
    return this.#lock;
  }

  *[Symbol.iterator](): Generator<ElementOf<T>> {
    for (let i = 0; i < this.length; i++) yield this.get(i);
  }

  override toString(): string {
    const first = this.slice(0, shownElements).join(", ");
    return `${this.constructor.name}(${this.#type}, [${first}${this.length > shownElements ? `, … ${this.length} in all` : ""}])`;
  }

  protected override constructorArgs(): readonly unknown[] {
    return [this.#type, this.length, dataLockArg(this.#options)];
  }

  #index(index: number): number {
    const at = index < 0 ? index + this.length : index;
    if (Number.isInteger(at) && at >= 0 && at < this.length) return at;
    if (typeof index !== "number")
      throw new TypeError(
        `Cannot find an element of a SharedArray: the index is ${typeof index}, write a number; all elements at once are array.typed`,
      );
    throw new RangeError(`Cannot find element ${index} of a SharedArray: it has ${this.length}`);
  }

  #bytes(): Uint8Array {
    if (this.#type === "char") return this.#elements as Uint8Array;
    throw new TypeError(
      `Cannot read a SharedArray of ${this.#type} as bytes: only arrays of char can be, use slice() or typed`,
    );
  }
}

function toElements(type: ElementType, values: Iterable<unknown>): ArrayLike<number | bigint> {
  if (type === "char" && values instanceof Uint8Array) return values;
  return Array.from(values, (value) => toElement(type, value));
}

refuseIndexes(SharedArray, "index its field typed");
registerShared(SharedArray as never, import.meta.url);
