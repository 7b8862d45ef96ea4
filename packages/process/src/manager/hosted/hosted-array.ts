import { isSame } from "./order.ts";

/** A row of values of fixed length in a manager. Indexes count from the end when negative. */
export class HostedArray<T = unknown> {
  readonly _items: T[];

  /** @param values the values, or how many zeros. */
  constructor(values: Iterable<T> | number = []) {
    this._items = typeof values === "number" ? (new Array(values).fill(0) as T[]) : [...values];
  }

  /** @throws {RangeError} when there is no such index. */
  get(index: number): T {
    return this._items[this._place(index)] as T;
  }

  /** @throws {RangeError} when there is no such index. */
  set(index: number, value: T): void {
    this._items[this._place(index)] = value;
  }

  length(): number {
    return this._items.length;
  }

  /** A plain copy of a part. */
  slice(start?: number, end?: number): T[] {
    return this._items.slice(start, end);
  }

  /** Writes values over a part of as many. @throws {RangeError} when the part has another length. */
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
    return this._items.some((item) => isSame(item, value));
  }

  toString(): string {
    return process.getBuiltinModule("node:util").inspect(this._items);
  }

  // Reads element by element, so that who iterates sees what others change meanwhile.
  *[Symbol.iterator](): Generator<T, void> {
    for (let i = 0; i < this._items.length; i++) yield this._items[i] as T;
  }

  _place(index: number): number {
    const place = index < 0 ? this._items.length + index : index;
    if (!(Number.isInteger(place) && place >= 0 && place < this._items.length)) {
      throw new RangeError(`Cannot reach index ${index}: there are ${this._items.length} values`);
    }
    return place;
  }
}
