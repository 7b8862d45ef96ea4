import { referentOf } from "./hosted-object.ts";

/** An array of fixed length in a manager. Negative indexes count from the end. */
export class HostedArray<T = unknown> {
  readonly _items: T[];

  /** @param values the values, another object in the manager that has them, or how many zeros. */
  constructor(values: Iterable<T> | number = []) {
    this._items =
      typeof values === "number" ? (new Array(values).fill(0) as T[]) : [...(referentOf(values) as Iterable<T>)];
  }

  /** @throws {RangeError} when the index is outside of the array. */
  get(index: number): T {
    return this._items[this._resolveIndex(index)] as T;
  }

  /** @throws {RangeError} when the index is outside of the array. */
  set(index: number, value: T): void {
    this._items[this._resolveIndex(index)] = value;
  }

  length(): number {
    return this._items.length;
  }

  /** A plain copy of a part. */
  slice(start?: number, end?: number): T[] {
    return this._items.slice(start, end);
  }

  /** Replaces a part by as many values. @throws {RangeError} when the part has another length. */
  setSlice(start: number, end: number, values: Iterable<T>): void {
    const written = [...values];
    const length = this._items.slice(start, end).length;
    if (written.length !== length) {
      throw new RangeError(
        `Cannot write ${written.length} values over ${length}: an array in a manager keeps its length`,
      );
    }
    this._items.splice(start, length, ...written);
  }

  includes(value: T): boolean {
    return this._items.some((item) => isEqual(item, value));
  }

  _copy(): T[] {
    return [...this._items];
  }

  toString(): string {
    return process.getBuiltinModule("node:util").inspect(this._items);
  }

  // Reads element by element, so that a loop sees changes that are made meanwhile.
  *[Symbol.iterator](): Generator<T, void> {
    for (let i = 0; i < this._items.length; i++) yield this._items[i] as T;
  }

  _resolveIndex(index: number): number {
    const resolved = index < 0 ? this._items.length + index : index;
    if (!(Number.isInteger(resolved) && resolved >= 0 && resolved < this._items.length)) {
      throw new RangeError(`Cannot reach index ${index}: there are ${this._items.length} values`);
    }
    return resolved;
  }
}

/** Whether a list, an array or a set in a manager takes two values for the same: compares their contents. */
export function isEqual(a: unknown, b: unknown): boolean {
  return a === b || process.getBuiltinModule("node:util").isDeepStrictEqual(a, b);
}
