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
  toElement,
} from "./element.ts";
import type { Lock } from "./lock.ts";
import type { RLock } from "./rlock.ts";

/**
 * One number in shared memory.
 *
 * A read and a write of `value` are atomic. `value.value += 1` is a read and then a write: hold the lock.
 *
 * Shape: an RLock, 16 bytes; then the value, in the byte order of the machine.
 *
 * @example
 * const count = new SharedValue("i32", 0);
 * await count.lock.hold(() => { count.value += 1; });
 */
export class SharedValue<T extends ElementType | TypeCode = ElementType> extends SharedObject {
  readonly #type: ElementType;
  readonly #element: AnyTypedArray;
  readonly #options: DataLockOptions;
  readonly #lock: Lock | RLock | undefined;

  /**
   * @param type the type of the value.
   * @param initial default: 0, or false.
   * @throws {TypeError} when there is no such type, or the value is not of it.
   */
  constructor(type: T, initial?: ElementOf<T>, options: DataLockOptions = {}) {
    const own = elementType(type);
    const element = initial === undefined ? undefined : toElement(own, initial);
    super(dataLockBytes + 8);
    this.#type = own;
    this.#options = options;
    const { segment, at } = this.location;
    this.#lock = resolveDataLock(this.location, options);
    this.#element = elementsIn(own, segment.bytes, at * 4 + dataLockBytes, 8 / bytesOf(own));
    if (this.location.isFresh && element !== undefined) this.#write(element);
  }

  /** The current number. */
  get value(): ElementOf<T> {
    const element = isFloat(this.#element)
      ? (this.#element[0] as number)
      : Atomics.load(this.#element as Int32Array, 0);
    return fromElement(this.#type, element) as ElementOf<T>;
  }

  set value(value: ElementOf<T>) {
    this.#write(toElement(this.#type, value));
  }

  /**
   * The lock that belongs to it.
   *
   * @throws {TypeError} when it was made with `{ lock: false }`.
   */
  get lock(): Lock | RLock {
    if (this.#lock === undefined)
      throw new TypeError(
        "Cannot get the lock of a SharedValue: it was made with { lock: false }, make it without that option",
      );
    return this.#lock;
  }

  override toString(): string {
    return `${this.constructor.name}(${this.#type}, ${this.value})`;
  }

  protected override constructorArgs(): readonly unknown[] {
    return [this.#type, undefined, dataLockArg(this.#options)];
  }

  #write(element: number | bigint): void {
    if (isFloat(this.#element)) this.#element[0] = element as number;
    else Atomics.store(this.#element as Int32Array, 0, element as number);
  }
}

function isFloat(array: AnyTypedArray): array is Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
  return array instanceof Float32Array || array instanceof Float64Array;
}

registerShared(SharedValue as never, import.meta.url);
