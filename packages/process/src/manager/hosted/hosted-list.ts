import { HostedArray } from "./hosted-array.ts";
import { inOrder, isSame, sorted } from "./order.ts";

/** How a list is sorted. */
export interface SortOptions<T> {
  /** As for `Array.prototype.sort`; it may be a callback into another process. Default: numbers by size, texts by code units. */
  readonly compare?: (a: T, b: T) => number | Promise<number>;
  /** Default: false. */
  readonly reverse?: boolean;
}

/** A list in a manager. What is in it comes out as a copy: to change an element, set it anew. Proxies in it stay proxies. */
export class HostedList<T = unknown> extends HostedArray<T> {
  append(value: T): void {
    this._items.push(value);
  }

  extend(values: Iterable<T>): void {
    for (const value of [...values]) this._items.push(value);
  }

  insert(index: number, value: T): void {
    this._items.splice(index, 0, value);
  }

  /** Takes a value out. @param index default: the last. @throws {RangeError} when there is no such index. */
  pop(index = -1): T {
    return this._items.splice(this._place(index), 1)[0] as T;
  }

  /** Takes out the first that is the same. @throws {RangeError} when there is none. */
  remove(value: T): void {
    this._items.splice(this.index(value), 1);
  }

  /** Takes out `count` values from an index on. */
  delete(index: number, count = 1): void {
    this._items.splice(this._place(index), count);
  }

  /** @throws {RangeError} when there is none. */
  index(value: T, start = 0, end = this._items.length): number {
    const found = this._items.findIndex((item, i) => i >= start && i < end && isSame(item, value));
    if (found < 0) throw new RangeError("Cannot find a value in a list: it is not there");
    return found;
  }

  count(value: T): number {
    return this._items.filter((item) => isSame(item, value)).length;
  }

  /** Sorts where it stands, stably. */
  async sort({ compare = inOrder, reverse = false }: SortOptions<T> = {}): Promise<void> {
    const order = await sorted(this._items, (a, b) => (reverse ? compare(b, a) : compare(a, b)));
    this._items.splice(0, this._items.length, ...order);
  }

  reverse(): void {
    this._items.reverse();
  }

  /** Values from the last to the first. */
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

  /** A plain copy with further values behind it. */
  concat(values: Iterable<T>): T[] {
    return [...this._items, ...values];
  }

  /** A plain list of this one's values, so many times over. */
  repeat(times: number): T[] {
    return Array.from({ length: Math.max(0, times) }, () => this._items).flat(1) as T[];
  }

  /** Repeats its values in place. */
  repeatInPlace(times: number): void {
    this._items.splice(0, this._items.length, ...this.repeat(times));
  }

  override setSlice(start: number, end: number, values: Iterable<T>): void {
    this._items.splice(start, this._items.slice(start, end).length, ...values);
  }
}
