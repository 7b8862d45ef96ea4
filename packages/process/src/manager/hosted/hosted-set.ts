import { KeyError } from "../session/remote-error.ts";
import { referentOf } from "./hosted-object.ts";

/**
 * A set in a manager. Where a method takes another set, any iterable will do, also a proxy of a set of the same
 * manager.
 */
export class HostedSet<T = unknown> {
  readonly _set: Set<T>;

  /** @param values any iterable; of a Map, its keys. */
  constructor(values: Iterable<T> = []) {
    this._set = setOf(values);
  }

  add(value: T): void {
    this._set.add(value);
  }

  has(value: T): boolean {
    return this._set.has(value);
  }

  /** @throws {KeyError} when it is not in the set. */
  remove(value: T): void {
    if (!this._set.delete(value)) {
      throw new KeyError(
        `Cannot remove ${process.getBuiltinModule("node:util").inspect(value)} from a set: it is not there`,
      );
    }
  }

  /** Removes a value. @returns whether it was in the set. */
  discard(value: T): boolean {
    return this._set.delete(value);
  }

  /** @throws {KeyError} when the set is empty. */
  pop(): T {
    for (const value of this._set) {
      this._set.delete(value);
      return value;
    }
    throw new KeyError("Cannot take a value out of a set: it is empty");
  }

  size(): number {
    return this._set.size;
  }

  clear(): void {
    this._set.clear();
  }

  /** A plain copy. */
  copy(): Set<T> {
    return new Set(this._set);
  }

  values(): T[] {
    return [...this._set];
  }

  union(...others: Iterable<T>[]): Set<T> {
    return new Set([this._set, ...others.map(setOf)].flatMap((each) => [...each]));
  }

  intersection(...others: Iterable<T>[]): Set<T> {
    const sets = others.map(setOf);
    return new Set(this.values().filter((value) => sets.every((each) => each.has(value))));
  }

  difference(...others: Iterable<T>[]): Set<T> {
    const sets = others.map(setOf);
    return new Set(this.values().filter((value) => !sets.some((each) => each.has(value))));
  }

  symmetricDifference(other: Iterable<T>): Set<T> {
    const others = setOf(other);
    return new Set([...this.difference(others), ...[...others].filter((value) => !this._set.has(value))]);
  }

  update(...others: Iterable<T>[]): void {
    this.#replaceWith(this.union(...others));
  }

  intersectionUpdate(...others: Iterable<T>[]): void {
    this.#replaceWith(this.intersection(...others));
  }

  differenceUpdate(...others: Iterable<T>[]): void {
    this.#replaceWith(this.difference(...others));
  }

  symmetricDifferenceUpdate(other: Iterable<T>): void {
    this.#replaceWith(this.symmetricDifference(other));
  }

  isDisjoint(other: Iterable<T>): boolean {
    return this.intersection(other).size === 0;
  }

  isSubset(other: Iterable<T>): boolean {
    return this.difference(other).size === 0;
  }

  isSuperset(other: Iterable<T>): boolean {
    return [...setOf(other)].every((value) => this._set.has(value));
  }

  isProperSubset(other: Iterable<T>): boolean {
    return this.isSubset(other) && setOf(other).size > this._set.size;
  }

  isProperSuperset(other: Iterable<T>): boolean {
    return this.isSuperset(other) && setOf(other).size < this._set.size;
  }

  equals(other: Iterable<T>): boolean {
    return this.isSubset(other) && setOf(other).size === this._set.size;
  }

  toString(): string {
    return process.getBuiltinModule("node:util").inspect(this._set);
  }

  *[Symbol.iterator](): Generator<T, void> {
    yield* this.values();
  }

  #replaceWith(values: ReadonlySet<T>): void {
    const copy = new Set(values);
    this._set.clear();
    for (const value of copy) this._set.add(value);
  }
}

function setOf<T>(values: Iterable<T>): Set<T> {
  const referent = referentOf(values);
  if (referent instanceof HostedSet) return new Set(referent._set);
  if (referent instanceof Map) return new Set(referent.keys());
  if (
    typeof referent === "string" ||
    (typeof referent === "object" && referent !== null && Symbol.iterator in referent)
  ) {
    return new Set(referent as Iterable<T>);
  }
  throw new TypeError(
    `Cannot read the values of a set: ${referent === null ? "null" : typeof referent} is not iterable`,
  );
}
