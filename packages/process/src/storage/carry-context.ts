import { basename } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { checkOptionKeys } from "../base/options.ts";
import { registerShareable, toHandle } from "../base/shareable.ts";
import { isMainModule } from "../callable/capture/main-module.ts";

/** An `AsyncLocalStorage`, or another object with its two methods. */
export interface ContextStorage {
  /** The value of the code that calls it; `undefined` when it has none. */
  getStore(): unknown;
  /** Calls a function, with a value for it and all that it starts. @returns what the function returns. */
  run(value: never, callback: () => unknown): unknown;
}

/** How a thread or process finds a storage that another one has declared. */
export interface StorageIdentity {
  readonly key: string;
  /** The URL of the module that declares it; `null` when a child cannot import that: it is the main module. */
  readonly module: string | null;
  /** Its name in messages. */
  readonly label: string;
}

/**
 * A declared storage. In a child there may be two objects for one: the one that was made for a captured variable, and
 * the one that the module declares when it is imported after that.
 */
export class CarriedStorage {
  readonly identity: StorageIdentity;
  readonly storages: ContextStorage[] = [];
  /** Whether this thread or process has called {@link carryContext} with it. */
  isDeclared = false;

  constructor(identity: StorageIdentity) {
    this.identity = identity;
  }

  /** The value of the code that calls it. */
  get value(): unknown {
    for (const storage of this.storages) {
      const value = storage.getStore();
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /** Calls a function with a value. */
  run<R>(value: unknown, callback: () => R): R {
    const enter = this.storages.reduce<() => R>(
      (inner, storage) => () => storage.run(value as never, inner) as R,
      callback,
    );
    return enter();
  }

  /** Adds an object, and makes it a shareable: a child gets its own one in place of a copy. */
  add(storage: ContextStorage): void {
    this.storages.push(storage);
    const { identity } = this;
    const makeHandle = () => ({ module: import.meta.url, kind: "AsyncLocalStorage", data: identity });
    Object.defineProperty(storage, toHandle, { value: makeHandle, configurable: true });
  }
}

const byKey = new Map<string, CarriedStorage>();
const byStorage = new WeakMap<object, CarriedStorage>();
/** How many unnamed storages each module has declared. */
const unnamed = new Map<string, number>();

/** The storages of this thread. */
export const carriedStorages: ReadonlyMap<string, CarriedStorage> = byKey;

/**
 * Declares that calls carry the value of an `AsyncLocalStorage`: a task of a pool or an executor, and the target of a
 * Process, see the value that the storage had where the call was made, in a copy. Python's free-threaded builds do so
 * with context variables.
 *
 * The value is copied when the call is made; one that cannot be sent makes the call fail. A map sends it once with each
 * message. Without a value, nothing is sent. An `initializer` belongs to no call and sees none.
 *
 * Call it at the top level of the module that makes the storage. A child imports that module, unless it is the
 * program's main one, to find its own storage; functions that capture the variable get that one.
 *
 * @param options.name identifies the storage in all threads and processes, where a module declares its storages in
 *   another order in the child. Default: the module, and a number in the order of the declarations.
 * @returns the storage.
 * @throws {TypeError} when it is no such object, or another storage was declared by that name.
 *
 * @example
 * export const requestId = carryContext(new AsyncLocalStorage<string>());
 * await requestId.run("r-7", () => pool.apply(handle, [body])); // requestId.getStore() is "r-7" in handle()
 */
export function carryContext<S extends ContextStorage>(storage: S, options: { readonly name?: string } = {}): S {
  checkStorage(storage);
  checkOptionKeys("carryContext", options, ["name"]);
  const { name } = options;
  if (name !== undefined && (typeof name !== "string" || name === "")) {
    throw new TypeError(`Cannot carry a context: name is ${JSON.stringify(name)}, write a string that is not empty`);
  }
  const known = byStorage.get(storage);
  if (known !== undefined && (name === undefined || name === known.identity.key)) return storage;
  const carried = carriedStorage(identify(name, callerModule(carryContext)));
  if (carried.isDeclared) {
    throw new TypeError(
      `Cannot carry the context "${carried.identity.label}": another storage has that name, give this one another name`,
    );
  }
  carried.isDeclared = true;
  carried.add(storage);
  byStorage.set(storage, carried);
  return storage;
}

/** The storage with an identity; makes the entry, without an object, when there is none. */
export function carriedStorage(identity: StorageIdentity): CarriedStorage {
  let found = byKey.get(identity.key);
  if (found === undefined) {
    found = new CarriedStorage(identity);
    byKey.set(identity.key, found);
  }
  return found;
}

function checkStorage(storage: unknown): void {
  const { getStore, run } = (storage ?? {}) as Partial<ContextStorage>;
  if (typeof getStore === "function" && typeof run === "function") return;
  throw new TypeError(`Cannot carry the context of ${String(storage)}: write an AsyncLocalStorage of node:async_hooks`);
}

function identify(name: string | undefined, caller: string | null): StorageIdentity {
  const module = caller === null || isMainModule(caller) ? null : caller;
  if (name !== undefined) return { key: name, module, label: name };
  const place = caller ?? "";
  const number = (unnamed.get(place) ?? 0) + 1;
  unnamed.set(place, number);
  const file = place.startsWith("file:") ? basename(fileURLToPath(place)) : place.slice(0, 40);
  return { key: `${place}#${number}`, module, label: `${file}#${number}` };
}

/** The URL of the module that called a function; `null` for code that is in no module. */
function callerModule(below: (...args: never[]) => unknown): string | null {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    // The frames as V8 has them. Their text would name the source file, when Node reads source maps.
    Error.prepareStackTrace = (_, [frame]) => frame?.getFileName() ?? "";
    Error.stackTraceLimit = 1;
    const made: { stack?: string } = {};
    Error.captureStackTrace(made, below);
    const file = (made.stack ?? "").replace(/[?#].*$/s, "");
    if (/^(file|data):/.test(file)) return file;
    return file.startsWith("/") || /^[A-Za-z]:\\/.test(file) ? pathToFileURL(file).href : null;
  } finally {
    Error.prepareStackTrace = prepareStackTrace as typeof Error.prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}

registerShareable("AsyncLocalStorage", (identity: StorageIdentity): ContextStorage => {
  const carried = carriedStorage(identity);
  if (carried.storages.length === 0) {
    const storage = new (process.getBuiltinModule("node:async_hooks").AsyncLocalStorage)();
    carried.add(storage);
    byStorage.set(storage, carried);
  }
  return carried.storages.at(-1) as ContextStorage;
});
