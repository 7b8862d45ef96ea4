import type { WaitOptions } from "../../base/deadline.ts";
import { inspected } from "../../base/inspected.ts";
import { type Handle, type Reach, type Shareable, toHandle } from "../../base/shareable.ts";
import { type Exposed, iterate } from "../session/exposed-methods.ts";

/** How a proxy reaches the object that it stands for. */
export interface Link {
  /** The name that its type was registered by. */
  readonly type: string;
  readonly exposed: Exposed;
  invoke(method: string, args: readonly unknown[], options?: WaitOptions): Promise<unknown>;
  handle(reach: Reach): Handle;
  /** The proxy is not needed any more. */
  release(): void;
}

/**
 * An object in a manager as its proxies show it: methods return promises, and what is iterable is iterated with `for await`.
 * Two proxies of one object are the same thing only by what they do; compare them with `===` at your own risk.
 */
export type Proxied<T> = {
  readonly [K in keyof T as K extends symbol | "then" ? never : K]: T[K] extends (...args: infer A) => infer R
    ? (...args: A) => Promise<Awaited<R>>
    : Promise<Awaited<T[K]>>;
} & (T extends Iterable<infer I> | AsyncIterable<infer I> ? AsyncIterable<I> : unknown) &
  Disposable;

const linkOf = Symbol("link");

/** What a proxy is underneath; also what tells that an object is one. */
export class ProxyFace implements Shareable, Disposable {
  readonly [linkOf]: Link;
  readonly methods = new Map<string, (...args: unknown[]) => Promise<unknown>>();

  constructor(link: Link) {
    this[linkOf] = link;
  }

  [toHandle](reach: Reach): Handle {
    return this[linkOf].handle(reach);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, void> {
    const link = this[linkOf];
    if (!link.exposed.isIterable)
      throw new TypeError(`Cannot iterate over a ${link.type} in a manager: it is not iterable`);
    const iterator = link.exposed.methods.includes("next") ? undefined : await link.invoke(iterate, []);
    const source = iterator === undefined ? link : linkBehind(iterator as object);
    let isDone = false;
    try {
      for (;;) {
        const next = (await source.invoke("next", [])) as IteratorResult<unknown>;
        isDone = next.done === true;
        if (isDone) return;
        yield next.value;
      }
    } finally {
      // Who leaves before the end has it end there too.
      if (!isDone && source.exposed.methods.includes("return")) await source.invoke("return", []);
      if (iterator !== undefined) source.release();
    }
  }

  [Symbol.dispose](): void {
    this[linkOf].release();
  }

  /** Ends what can be ended, as a pool can, then gives it back. */
  async [Symbol.asyncDispose](): Promise<void> {
    const link = this[linkOf];
    if (link.exposed.methods.includes("terminate")) await link.invoke("terminate", []);
    link.release();
  }

  [inspected](): string {
    return `Proxy { ${this[linkOf].type} }`;
  }

  // What the object itself says would have to be waited for: ask its toString().
  [Symbol.toPrimitive](): string {
    return this[inspected]();
  }
}

const traps: ProxyHandler<ProxyFace> = {
  get(face, name) {
    if (typeof name === "symbol") return Reflect.get(face, name, face);
    const { exposed } = face[linkOf];
    const known = face.methods.get(name);
    if (known !== undefined) return known;
    if (exposed.getters.includes(name)) return face[linkOf].invoke(name, []);
    // Any other name is undefined; above all `then`, or a proxy could not come out of an `await`.
    if (!exposed.methods.includes(name)) return undefined;
    const method = (...args: unknown[]) => face[linkOf].invoke(name, args);
    Object.defineProperty(method, "name", { value: name });
    face.methods.set(name, method);
    return method;
  },
  has: (face, name) =>
    typeof name === "symbol"
      ? Reflect.has(face, name)
      : face[linkOf].exposed.methods.includes(name) || face[linkOf].exposed.getters.includes(name),
  set(face, name) {
    throw new TypeError(
      `Cannot set ${String(name)} of a ${face[linkOf].type} in a manager: an assignment cannot be waited for; call a method that sets it`,
    );
  },
  deleteProperty(face, name) {
    throw new TypeError(
      `Cannot delete ${String(name)} of a ${face[linkOf].type} in a manager: call a method that deletes it`,
    );
  },
  ownKeys: () => [],
};

/** Makes a proxy; `face` is what it is underneath. */
export function makeProxy(link: Link): { readonly proxy: ProxyFace; readonly face: ProxyFace } {
  const face = new ProxyFace(link);
  return { proxy: new Proxy(face, traps), face };
}

/** Whether a value is a proxy to an object in a manager. */
export function isProxy(value: unknown): value is ProxyFace {
  return value instanceof ProxyFace;
}

/** How a proxy reaches its object. */
export function linkBehind(proxy: object): Link {
  return (proxy as ProxyFace)[linkOf];
}

/**
 * Calls a method of an object in a manager by name, with limits.
 *
 * When time runs out or the signal aborts, the manager is told: a `get` that waits in a queue there takes nothing any more.
 *
 * @param proxy as a manager gave it.
 * @param args default: none.
 * @throws what the method throws; {RemoteError} when it is not exposed; {TimeoutError}; `signal.reason`; {BrokenPipeError} when the
 *   manager is gone.
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
    return Promise.reject(new TypeError("Cannot call a method: this is no proxy of a manager's object"));
  return linkBehind(proxy).invoke(method, args, options);
}
