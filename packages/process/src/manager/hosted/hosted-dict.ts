import { ManyhandsError } from "../../base/errors.ts";
import { registerError } from "../../codec/error-form.ts";
import { KeyError } from "../session/remote-error.ts";
import { referentOf } from "./hosted-object.ts";

/** A collection changed its size while it was iterated over. */
export class RangeChangedError extends ManyhandsError {
  constructor(message: string, options?: ErrorOptions) {
    super("RANGE_CHANGED", message, options);
  }
}
registerError(RangeChangedError);

type Entries<K, V> = ReadonlyMap<K, V> | Iterable<readonly [K, V]> | Readonly<Record<string, V>>;

/** A dict in a manager, a Map inside: a primitive key of any type keeps its type. Values are returned as copies. */
export class HostedDict<K = unknown, V = unknown> {
  readonly _map: Map<K, V>;

  constructor(entries: Entries<K, V> = []) {
    this._map = new Map(entriesOf(entries));
  }

  /** @param otherwise the result when there is no such key. Default: undefined. */
  get(key: K, otherwise?: V): V | undefined {
    return this._map.has(key) ? this._map.get(key) : otherwise;
  }

  set(key: K, value: V): void {
    this._map.set(key, value);
  }

  has(key: K): boolean {
    return this._map.has(key);
  }

  /** @throws {KeyError} when there is no such key. */
  delete(key: K): void {
    if (!this._map.delete(key)) throw missing(key);
  }

  size(): number {
    return this._map.size;
  }

  keys(): K[] {
    return [...this._map.keys()];
  }

  values(): V[] {
    return [...this._map.values()];
  }

  /** Pairs of key and value. */
  items(): [K, V][] {
    return [...this._map];
  }

  /** A plain copy. */
  copy(): Map<K, V> {
    return new Map(this._map);
  }

  clear(): void {
    this._map.clear();
  }

  /** Removes a key and returns its value. @throws {KeyError} when there is no such key and no `otherwise`. */
  pop(key: K, ...otherwise: [] | [V]): V {
    if (!this._map.has(key)) {
      if (otherwise.length === 0) throw missing(key);
      return otherwise[0] as V;
    }
    const value = this._map.get(key) as V;
    this._map.delete(key);
    return value;
  }

  /** Removes and returns the pair added last. @throws {KeyError} when the dict is empty. */
  popItem(): [K, V] {
    const last = [...this._map].at(-1);
    if (last === undefined) throw new KeyError("Cannot take a pair out of a dict: it is empty");
    this._map.delete(last[0]);
    return last;
  }

  /** Returns the value of a key; sets it first when there is none. */
  setDefault(key: K, value: V): V {
    if (!this._map.has(key)) this._map.set(key, value);
    return this._map.get(key) as V;
  }

  update(entries: Entries<K, V>): void {
    for (const [key, value] of entriesOf(entries)) this._map.set(key, value);
  }

  /** A plain Map of the pairs of this dict and others; the others win. */
  merge(entries: Entries<K, V>): Map<K, V> {
    return new Map([...this._map, ...entriesOf(entries)]);
  }

  /** A plain Map that gives each key the same value. */
  fromKeys(keys: Iterable<K>, value?: V): Map<K, V | undefined> {
    return new Map([...keys].map((key) => [key, value]));
  }

  toString(): string {
    return process.getBuiltinModule("node:util").inspect(this._map);
  }

  /** Keys in reverse order. */
  *reversed(): Generator<K, void> {
    yield* this.keys().reverse();
  }

  /** Keys. @throws {RangeChangedError} when pairs are added or removed during the iteration. */
  *[Symbol.iterator](): Generator<K, void> {
    const size = this._map.size;
    for (const key of this.keys()) {
      if (this._map.size !== size) {
        throw new RangeChangedError(
          "Cannot go on iterating over a dict: pairs were added or removed meanwhile; iterate over copy()",
        );
      }
      yield key;
    }
  }
}

function entriesOf<K, V>(entries: Entries<K, V>): Iterable<readonly [K, V]> {
  if (typeof entries !== "object" || entries === null) {
    throw new TypeError(
      `Cannot read the pairs of a dict: they are ${entries === null ? "null" : typeof entries}, write an object, a Map or pairs`,
    );
  }
  const referent = referentOf(entries) as Entries<K, V> | HostedDict<K, V>;
  if (referent instanceof HostedDict) return referent._map;
  if (Symbol.iterator in referent) return referent as Iterable<readonly [K, V]>;
  return Object.entries(referent) as unknown as Iterable<readonly [K, V]>;
}

function missing(key: unknown): KeyError {
  return new KeyError(
    `Cannot find ${process.getBuiltinModule("node:util").inspect(key)} in a dict: there is no such key`,
  );
}
