import type { WaitOptions } from "../../base/deadline.ts";
import type { Handle } from "../../base/shareable.ts";
import type { AnyFunction } from "../../callable/form/target.ts";
import { packFunction } from "../../callable/pack/pack-target.ts";
import type { Ask, Caller } from "../session/ask.ts";
import type { Exposed } from "../session/exposed-methods.ts";
import type { Shipped } from "../session/manager-message.ts";
import { LocalAttributes } from "./local-attributes.ts";
import { type Link, makeProxy, type ProxyFace } from "./proxy.ts";
import type { ProxyData } from "./proxy-data.ts";

/** What proxies need of the manager that they lead to. */
export interface Remote {
  /** Calls a method there, when there is a connection. */
  call(ask: Ask): Promise<unknown>;
  /** What crosses in place of a proxy, and whether that goes to the manager itself. */
  handle(data: ProxyData): { readonly handle: Handle; readonly isHome: boolean };
  /** A proxy is on its way to somebody, who will ask the manager to keep the object only when it has arrived. */
  lend(id: number): void;
  /** One proxy of an object is needed no more. */
  release(id: number): void;
  /** Ends the calls under way that a proxy has made. */
  giveUp(caller: Caller): void;
}

/** Makes a proxy of an object in a manager elsewhere. */
export function remoteProxy(remote: Remote, data: ProxyData): ProxyFace {
  const held = new Held(remote, data.id);
  const { proxy, face } = makeProxy(new RemoteLink(remote, data, held));
  dropped.register(face, held);
  return proxy;
}

class RemoteLink implements Link {
  readonly type: string;
  readonly exposed: Exposed;
  readonly #remote: Remote;
  readonly #data: ProxyData;
  readonly #held: Held;
  readonly #local: LocalAttributes | undefined;

  constructor(remote: Remote, data: ProxyData, held: Held) {
    this.#remote = remote;
    this.#data = data;
    this.#held = held;
    this.#local = data.type === "namespace" ? new LocalAttributes() : undefined;
    this.type = data.type;
    this.exposed = data.exposed;
  }

  invoke(method: string, args: readonly unknown[], options?: WaitOptions): Promise<unknown> {
    const local = this.#local;
    if (local?.concerns(args)) return Promise.resolve().then(() => local.invoke(method, args));
    const given = this.type === "pool" ? args.map(ship) : args;
    const what = `${this.type}.${method}()`;
    return this.#remote.call({ to: this.#data.id, method, args: given, what, options, caller: this.#held });
  }

  handle(): Handle {
    const { handle, isHome } = this.#remote.handle(this.#data);
    if (!isHome) this.#remote.lend(this.#data.id);
    return handle;
  }

  release(): void {
    this.#held.release();
  }
}

// A pool's functions run in its workers: they go there whole, instead of being called back here.
function ship(arg: unknown): unknown {
  if (typeof arg !== "function") return arg;
  return { shipped: packFunction(arg as AnyFunction, { reach: "process", transferList: [] }) } satisfies Shipped;
}

/** One proxy's share of an object: given back once, by hand or when nobody has the proxy any more. */
class Held implements Caller {
  readonly calls = new Set<number>();
  isReleased = false;
  readonly #remote: Remote;
  readonly #id: number;

  constructor(remote: Remote, id: number) {
    this.#remote = remote;
    this.#id = id;
  }

  /** By hand: its calls end. */
  release(): void {
    if (this.isReleased) return;
    this.#remote.giveUp(this);
    this.forget();
  }

  /** Nobody has the proxy any more; somebody may still wait for its calls. */
  forget(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    this.#remote.release(this.#id);
  }
}

const dropped = new FinalizationRegistry<Held>((held) => held.forget());
