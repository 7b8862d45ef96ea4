import type { WaitOptions } from "../../base/deadline.ts";
import { inspected } from "../../base/inspected.ts";
import { type Handle, type Reach, type Shareable, toHandle } from "../../base/shareable.ts";
import { type ExposedMethods, iterateMethod, valueMethod } from "../session/exposed-methods.ts";
import { callLock } from "./lock-calls.ts";
import type { ProxyLink } from "./proxy-link.ts";

/**
 * The interface of a proxy: methods return promises, and an iterable is iterated with `for await`. Two proxies of one
 * object behave the same, but are not `===`. Of the type `any`, it is `any`.
 */
// biome-ignore lint/suspicious/noExplicitAny: of an object without a type, such as one of Python
export type Proxied<T> = 0 extends 1 & T ? any : ProxyOf<T>;

type ProxyOf<T> = {
  readonly [K in keyof T as K extends symbol | "then" ? never : K]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : Promise<Awaited<T[K]>>;
} & (T extends Iterable<infer I> | AsyncIterable<infer I> ? AsyncIterable<I> : unknown) &
  Disposable;

const linkKey = Symbol("link");

/** The target of the JavaScript `Proxy` object; `instanceof` it recognizes a proxy. */
export class ProxyBase implements Shareable, Disposable {
  readonly [linkKey]: ProxyLink;
  readonly methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();

  constructor(link: ProxyLink) {
    this[linkKey] = link;
  }

  [toHandle](reach: Reach): Handle {
    return this[linkKey].handle(reach);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
    const link = this[linkKey];
    if (!link.exposed.isIterable)
      throw new TypeError(`Cannot iterate over a ${link.type} in a manager: it is not iterable`);
    const iterator = link.exposed.methods.includes("next") ? undefined : await link.invoke(iterateMethod, []);
    const source = iterator === undefined ? link : linkOf(iterator as object);
    let isDone = false;
    try {
      for (;;) {
        const next = (await source.invoke("next", [])) as IteratorResult<unknown>;
        isDone = next.done === true;
        if (isDone) return;
        yield next.value;
      }
    } finally {
      // Ends the iterator in the manager when the loop leaves early.
      if (!isDone && source.exposed.methods.includes("return")) await source.invoke("return", []);
      if (iterator !== undefined) source.release();
    }
  }

  [Symbol.dispose](): void {
    this[linkKey].release();
  }

  /** Calls `terminate()` if the object has it, as a pool does, then releases the proxy. */
  async [Symbol.asyncDispose](): Promise<void> {
    const link = this[linkKey];
    if (link.exposed.methods.includes("terminate")) await link.invoke("terminate", []);
    link.release();
  }

  [inspected](): string {
    return `Proxy { ${this[linkKey].type} }`;
  }

  // Synchronous, so it cannot ask the object; `await proxy.toString()` does.
  [Symbol.toPrimitive](): string {
    return this[inspected]();
  }
}

function hasMethod({ methods, lock }: ExposedMethods, name: string): boolean {
  return methods.includes(name) || lock?.callerMethods.includes(name) === true;
}

function callThrough(
  base: ProxyBase,
  method: string,
  args: readonly unknown[],
  options?: WaitOptions,
): Promise<unknown> {
  const link = base[linkKey];
  return link.exposed.lock === undefined ? link.invoke(method, args, options) : callLock(link, method, args, options);
}

const traps: ProxyHandler<ProxyBase> = {
  get(base, name) {
    if (typeof name === "symbol") return Reflect.get(base, name, base);
    const { exposed } = base[linkKey];
    const known = base.methods.get(name);
    if (known !== undefined) return known;
    if (exposed.getters.includes(name)) return callThrough(base, name, []);
    // Any other name is undefined. With a `then`, an `await` would take the proxy for a promise.
    if (!hasMethod(exposed, name)) {
      if (!/^-?\d+$/.test(name) || !exposed.methods.includes("get")) return undefined;
      throw new TypeError(
        `Cannot read [${name}] of a ${base[linkKey].type} in a manager: an index cannot be waited for; write await proxy.get(${name})`,
      );
    }
    const method = (...args: unknown[]) => callThrough(base, name, args);
    Object.defineProperty(method, "name", { value: name });
    base.methods.set(name, method);
    return method;
  },
  has: (base, name) =>
    typeof name === "symbol"
      ? Reflect.has(base, name)
      : hasMethod(base[linkKey].exposed, name) || base[linkKey].exposed.getters.includes(name),
  set(base, name) {
    throw new TypeError(
      `Cannot set ${String(name)} of a ${base[linkKey].type} in a manager: an assignment cannot be waited for; call a method that sets it`,
    );
  },
  deleteProperty(base, name) {
    throw new TypeError(
      `Cannot delete ${String(name)} of a ${base[linkKey].type} in a manager: call a method that deletes it`,
    );
  },
  ownKeys: () => [],
};

/** Creates a proxy; `base` is its target. */
export function createProxy(link: ProxyLink): { readonly proxy: ProxyBase; readonly base: ProxyBase } {
  const base = new ProxyBase(link);
  return { proxy: new Proxy(base, traps), base };
}

/** Whether a value is a proxy of an object in a manager. */
export function isProxy(value: unknown): value is ProxyBase {
  return value instanceof ProxyBase;
}

/** The connection of a proxy to its object. */
export function linkOf(proxy: object): ProxyLink {
  return (proxy as ProxyBase)[linkKey];
}

/**
 * Calls a method of an object in a manager by name, with limits.
 *
 * When time runs out or the signal aborts, the manager cancels the call: a `get` that waits for a queue there then
 * takes nothing.
 *
 * @param proxy a proxy from a manager.
 * @param args default: none.
 * @throws what the method throws; {RemoteError} when it is not exposed; {TimeoutError}; `signal.reason`;
 *   {BrokenPipeError} when the manager has exited.
 *
 * @example
 * await callMethod(board, "place", [3, 4], { timeoutMs: 100 });
 */
export function callMethod(
  proxy: object,
  method: string,
  args: readonly unknown[] = [],
  options: WaitOptions = {},
): Promise<unknown> {
  if (!isProxy(proxy))
    return Promise.reject(new TypeError("Cannot call a method: this is not a proxy of a manager's object"));
  return callThrough(proxy, method, args, options);
}

/**
 * A copy of an object in a manager, as Python's `_getvalue()` returns it: what its `getValue()` or `copy()` returns, or
 * else its data.
 *
 * @throws {RemoteError} when its type was registered with `exposed`, or it cannot be sent.
 *
 * @example
 * const counts = await getValue<Map<string, number>>(dict);
 */
export function getValue<T = unknown>(proxy: object, options: WaitOptions = {}): Promise<T> {
  return callMethod(proxy, valueMethod, [], options) as Promise<T>;
}
