import type { WaitOptions } from "../../base/deadline.ts";
import { NotShareableError } from "../../base/errors.ts";
import type { PythonToken } from "../../pickle/python-object.ts";
import { createProxy, type ProxyBase } from "../client/proxy.ts";
import type { ProxyLink } from "../client/proxy-link.ts";
import { canBeExposed, type ExposedMethods, iterateMethod, valueMethod } from "../session/exposed-methods.ts";
import { PythonError } from "../session/python-error.ts";

/** What proxies need of the client of a manager of Python. */
export interface PythonCaller {
  callObject(token: PythonToken, method: string, args: readonly unknown[], options?: WaitOptions): Promise<unknown>;
  release(token: PythonToken): void;
}

/** Creates a proxy of an object in a manager of Python. It owns one reference to the object. */
export function createPythonProxy(caller: PythonCaller, token: PythonToken, exposed: readonly string[]): ProxyBase {
  const reference = new Reference(() => caller.release(token));
  const { proxy, base } = createProxy(new PythonLink(caller, token, exposed, reference));
  collectedProxies.register(base, reference);
  return proxy;
}

/** A reference to an object, which is released once: by hand, or when the garbage collector finds the proxy. */
class Reference {
  #release: (() => void) | undefined;

  constructor(release: () => void) {
    this.#release = release;
  }

  release(): void {
    this.#release?.();
    this.#release = undefined;
  }
}

/** The connection of a proxy to an object in a manager of Python. */
export class PythonLink implements ProxyLink {
  readonly type: string;
  readonly exposed: ExposedMethods;
  readonly token: PythonToken;
  readonly caller: PythonCaller;
  readonly #reference: Reference;

  constructor(caller: PythonCaller, token: PythonToken, names: readonly string[], reference: Reference) {
    this.caller = caller;
    this.token = token;
    this.#reference = reference;
    this.type = token.typeId;
    const methods = names.filter(canBeExposed);
    const isIterator = methods.includes("__next__");
    // A proxy of a list has no `__iter__`: Python iterates by index, as for every sequence.
    const isSequence = methods.includes("__getitem__") && methods.includes("__len__");
    this.exposed = {
      methods: isIterator ? [...methods, "next"] : methods,
      getters: [],
      isIterable: isIterator || isSequence || methods.includes("__iter__"),
    };
  }

  async invoke(method: string, args: readonly unknown[], options?: WaitOptions): Promise<unknown> {
    const call = (name: string, values: readonly unknown[] = []) =>
      this.caller.callObject(this.token, name, values, options);
    if (method === iterateMethod) {
      return this.exposed.methods.includes("__iter__") ? call("__iter__") : sequenceIterator(call, this);
    }
    if (method === "next" && this.exposed.methods.includes("__next__"))
      return nextOf(() => call("__next__"), "StopIteration");
    return call(method === valueMethod ? "#GETVALUE" : method, args);
  }

  handle(): never {
    throw new NotShareableError(
      `Cannot send a proxy of a ${this.type} in a manager of Python: it belongs to the process that created it; ` +
        'call new Manager({ address, authKey, serializer: "pickle" }).connect() in the child',
    );
  }

  release(): void {
    this.#reference.release();
  }
}

async function nextOf(next: () => Promise<unknown>, end: string): Promise<IteratorResult<unknown>> {
  try {
    return { done: false, value: await next() };
  } catch (error) {
    if (error instanceof PythonError && error.pythonClass === end) return { done: true, value: undefined };
    throw error;
  }
}

function sequenceIterator(call: (name: string, args: readonly unknown[]) => Promise<unknown>, list: PythonLink) {
  let index = 0;
  return createProxy({
    type: `iterator of a ${list.type}`,
    exposed: { methods: ["next"], getters: [], isIterable: true },
    invoke: () => nextOf(() => call("__getitem__", [index++]), "IndexError"),
    handle: () => list.handle(),
    release() {},
  }).proxy;
}

const collectedProxies = new FinalizationRegistry<Reference>((reference) => reference.release());
