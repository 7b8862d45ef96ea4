import type { WaitOptions } from "../../base/deadline.ts";
import type { Handle, Reach } from "../../base/shareable.ts";
import type { AnyFunction } from "../../callable/form/target.ts";
import { packFunction } from "../../callable/pack/pack-target.ts";
import type { ShippedFunction } from "../session/call-message.ts";
import type { ExposedMethods } from "../session/exposed-methods.ts";
import type { CallOwner, OutgoingCall } from "../session/outgoing-call.ts";
import { KeyError } from "../session/remote-error.ts";
import { createProxy, type ProxyBase } from "./proxy.ts";
import type { ProxyData } from "./proxy-data.ts";
import type { ProxyLink } from "./proxy-link.ts";

/** What proxies need of the client of their manager. */
export interface ProxyClient {
  /** Calls a method in the manager; waits for the connection first. */
  call(call: OutgoingCall): Promise<unknown>;
  /** The handle that is sent in place of a proxy, and whether it is sent to the manager itself. */
  handle(data: ProxyData, reach: Reach): { readonly handle: Handle; readonly isForManager: boolean };
  /** Makes the manager keep an object whose proxy is in transit, until the receiver can add its own reference. */
  lend(id: number): void;
  /** Removes one reference to an object. */
  release(id: number): void;
  /** Cancels the calls in flight that a proxy has made. */
  cancelCalls(owner: CallOwner): void;
}

/** Creates a proxy of an object in another thread or process. */
export function createRemoteProxy(client: ProxyClient, data: ProxyData): ProxyBase {
  const reference = new ProxyReference(client, data.id);
  const { proxy, base } = createProxy(new RemoteLink(client, data, reference));
  collectedProxies.register(base, reference);
  return proxy;
}

class RemoteLink implements ProxyLink {
  readonly type: string;
  readonly exposed: ExposedMethods;
  readonly #client: ProxyClient;
  readonly #data: ProxyData;
  readonly #reference: ProxyReference;
  readonly #localAttributes: LocalAttributes | undefined;

  constructor(client: ProxyClient, data: ProxyData, reference: ProxyReference) {
    this.#client = client;
    this.#data = data;
    this.#reference = reference;
    this.#localAttributes = data.type === "namespace" ? new LocalAttributes() : undefined;
    this.type = data.type;
    this.exposed = data.exposed;
  }

  invoke(method: string, args: readonly unknown[], options?: WaitOptions): Promise<unknown> {
    const local = this.#localAttributes;
    if (local?.handles(args)) return Promise.resolve().then(() => local.invoke(method, args));
    if (this.type === "pool" && method === "terminate") this.#reference.isEnding = true;
    const packedArgs = this.type === "pool" ? args.map(packForPool) : args;
    const what = `${this.type}.${method}()`;
    return this.#client.call({ to: this.#data.id, method, args: packedArgs, what, options, owner: this.#reference });
  }

  handle(reach: Reach): Handle {
    const { handle, isForManager } = this.#client.handle(this.#data, reach);
    if (!isForManager) this.#client.lend(this.#data.id);
    return handle;
  }

  release(): void {
    this.#reference.release();
  }
}

/** The attributes of a namespace that stay in the proxy that set them: their names begin with an underscore. */
class LocalAttributes {
  readonly #attributes = new Map<string, unknown>();

  /** Whether a call is about such an attribute. */
  handles(args: readonly unknown[]): boolean {
    return typeof args[0] === "string" && args[0].startsWith("_");
  }

  invoke(method: string, [name, value]: readonly unknown[]): unknown {
    const key = name as string;
    if (method === "set") return void this.#attributes.set(key, value);
    if (method === "has") return this.#attributes.has(key);
    if (!this.#attributes.has(key))
      throw new KeyError(`Cannot find attribute ${key} of a namespace: this proxy did not set it`);
    if (method === "delete") return void this.#attributes.delete(key);
    return this.#attributes.get(key);
  }
}

// A pool's workers run its functions, so they are packed and sent, not called back in this process.
function packForPool(arg: unknown): unknown {
  if (typeof arg !== "function") return arg;
  return {
    shipped: packFunction(arg as AnyFunction, { reach: "process", transferList: [] }),
  } satisfies ShippedFunction;
}

/** One proxy's reference to its object; released once, by hand or when the garbage collector finds the proxy. */
class ProxyReference implements CallOwner {
  readonly calls = new Set<number>();
  isReleased = false;
  isEnding = false;
  readonly #client: ProxyClient;
  readonly #id: number;

  constructor(client: ProxyClient, id: number) {
    this.#client = client;
    this.#id = id;
  }

  /** Released by hand: cancels the calls in flight. */
  release(): void {
    if (this.isReleased) return;
    this.#client.cancelCalls(this);
    this.collected();
  }

  /** The garbage collector found the proxy. Its calls in flight go on, since their promises may still be awaited. */
  collected(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.#client.release(this.#id);
  }
}

const collectedProxies = new FinalizationRegistry<ProxyReference>((reference) => reference.collected());
