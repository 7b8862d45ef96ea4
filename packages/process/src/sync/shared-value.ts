import { registerShared, SharedObject } from "../memory/shared-object.ts";
import {
  type AnyTypedArray,
  bytesOf,
  type ElementOf,
  type ElementType,
  elementType,
  fromElement,
  type TypeCode,
  toElement,
  viewOf,
} from "./element.ts";
import { type GuardOptions, guardArg, guardBytes, guardOf } from "./guard.ts";
import type { Lock } from "./lock.ts";
import type { RLock } from "./rlock.ts";

/**
 * One number in shared memory.
 *
 * A read and a write of `value` are each whole. `value.value += 1` is both, with a gap between them: hold the lock.
 *
 * Shape: an RLock, 16 bytes; then the value, as the machine orders its bytes.
 *
 * @example
 * const count = new SharedValue("i32", 0);
 * await count.lock.hold(() => { count.value += 1; });
 */
export class SharedValue<T extends ElementType | TypeCode = ElementType> extends SharedObject {
  readonly #type: ElementType;
  readonly #element: AnyTypedArray;
  readonly #options: GuardOptions;
  readonly #lock: Lock | RLock | undefined;

  /**
   * @param type how it is stored.
   * @param initial default: 0, or false.
   * @throws {TypeError} when there is no such type, or the value is none of it.
   */
  constructor(type: T, initial?: ElementOf<T>, options: GuardOptions = {}) {
    const own = elementType(type);
    const element = initial === undefined ? undefined : toElement(own, initial);
    super(guardBytes + 8);
    this.#type = own;
    this.#options = options;
    const { segment, at } = this.place;
    this.#lock = guardOf(this.place, options);
    this.#element = viewOf(own, segment.bytes, at * 4 + guardBytes, 8 / bytesOf(own));
    if (this.place.isFresh && element !== undefined) this.#write(element);
  }

  /** The number, as it stands at this moment. */
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
   * The lock that goes with it.
   *
   * @throws {TypeError} when it was made with `{ lock: false }`.
   */
  get lock(): Lock | RLock {
    if (this.#lock === undefined)
      throw new TypeError("Cannot get the lock of a SharedValue: it was made with { lock: false }");
    return this.#lock;
  }

  override toString(): string {
    return `${this.constructor.name}(${this.#type}, ${this.value})`;
  }

  protected override revivalArgs(): readonly unknown[] {
    return [this.#type, undefined, guardArg(this.#options)];
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
