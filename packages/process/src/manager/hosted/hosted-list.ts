import { HostedArray, isEqual } from "./hosted-array.ts";
import { referentOf } from "./hosted-object.ts";

/** Options of sorting a list. */
export interface SortOptions<T> {
  /**
   * As for `Array.prototype.sort`; may be a function in another process. Default: numbers by value, strings by code
   * units.
   */
  readonly compare?: (a: T, b: T) => number | Promise<number>;
  /** Default: false. */
  readonly reverse?: boolean;
}

/** A list in a manager. Elements are returned as copies: to change one, set it again. Proxies in it stay proxies. */
export class HostedList<T = unknown> extends HostedArray<T> {
  append(value: T): void {
    this._items.push(value);
  }

  /** Appends values: of any iterable, or of another object in a manager. */
  async extend(values: Iterable<T> | AsyncIterable<T>): Promise<void> {
    for (const value of await allOf(values)) this._items.push(value);
  }

  insert(index: number, value: T): void {
    this._items.splice(index, 0, value);
  }

  /**
   * Removes and returns a value. @param index default: the last. @throws {RangeError} when the index is outside of
   * the list.
   */
  pop(index = -1): T {
    return this._items.splice(this._resolveIndex(index), 1)[0] as T;
  }

  /** Removes the first equal value. @throws {RangeError} when there is none. */
  remove(value: T): void {
    this._items.splice(this.index(value), 1);
  }

  /** Removes `count` values from an index on. */
  delete(index: number, count = 1): void {
    this._items.splice(this._resolveIndex(index), count);
  }

  /** @throws {RangeError} when there is no equal value. */
  index(value: T, start = 0, end = this._items.length): number {
    const found = this._items.findIndex((item, i) => i >= start && i < end && isEqual(item, value));
    if (found < 0) throw new RangeError("Cannot find a value in a list: it is not there");
    return found;
  }

  count(value: T): number {
    return this._items.filter((item) => isEqual(item, value)).length;
  }

  /** Sorts in place; stable. */
  async sort({ compare = naturalOrder, reverse = false }: SortOptions<T> = {}): Promise<void> {
    const order = await mergeSort(this._items, (a, b) => (reverse ? compare(b, a) : compare(a, b)));
    this._items.splice(0, this._items.length, ...order);
  }

  reverse(): void {
    this._items.reverse();
  }

  /** Values in reverse order. */
  *reversed(): Generator<T, void> {
    for (let i = this._items.length - 1; i >= 0; i--) if (i < this._items.length) yield this._items[i] as T;
  }

  clear(): void {
    this._items.length = 0;
  }

  /** A plain copy. */
  copy(): T[] {
    return [...this._items];
  }

  /** A plain copy with more values appended. */
  async concat(values: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
    const more = await allOf(values);
    return [...this._items, ...more];
  }

  /** A plain list that repeats the values so many times. */
  repeat(times: number): T[] {
    return Array.from({ length: Math.max(0, times) }, () => this._items).flat(1) as T[];
  }

  /** Repeats the values in place. */
  repeatInPlace(times: number): void {
    this._items.splice(0, this._items.length, ...this.repeat(times));
  }

  override setSlice(start: number, end: number, values: Iterable<T>): void {
    this._items.splice(start, this._items.slice(start, end).length, ...values);
  }
}

/** All values of an iterable, or of an object of this manager. */
async function allOf<T>(values: Iterable<T> | AsyncIterable<T>): Promise<T[]> {
  const source = referentOf(values) as Iterable<T> | AsyncIterable<T>;
  if (Symbol.iterator in source) return [...source];
  const all: T[] = [];
  for await (const value of source) all.push(value);
  return all;
}

/** Natural order: numbers by value, strings by code units, others by `<`. */
function naturalOrder(a: unknown, b: unknown): number {
  if ((a as number) < (b as number)) return -1;
  return (a as number) > (b as number) ? 1 : 0;
}

/** Stable merge sort. `Array.prototype.sort` cannot await a comparison by another process. */
async function mergeSort<T>(items: readonly T[], compare: (a: T, b: T) => number | Promise<number>): Promise<T[]> {
  if (items.length < 2) return [...items];
  const middle = items.length >> 1;
  const left = await mergeSort(items.slice(0, middle), compare);
  const right = await mergeSort(items.slice(middle), compare);
  const merged: T[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const takesRight = (await compare(left[i] as T, right[j] as T)) > 0;
    merged.push((takesRight ? right[j++] : left[i++]) as T);
  }
  return [...merged, ...left.slice(i), ...right.slice(j)];
}
