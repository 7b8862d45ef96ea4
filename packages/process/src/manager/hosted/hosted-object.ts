import type { WaitOptions } from "../../base/deadline.ts";
import { timedOut, withDeadline } from "../../base/deadline.ts";
import { TimeoutError } from "../../base/errors.ts";
import { type Handle, type Reach, type Shareable, toHandle } from "../../base/shareable.ts";
import { isProxy, type Link, linkBehind, makeProxy, type ProxyFace } from "../client/proxy.ts";
import { callItself, type Exposed, iterate } from "../session/exposed-methods.ts";
import { RemoteError } from "../session/remote-error.ts";

/** What a manager needs to know of its objects' ends and crossings. */
export interface Keeper {
  handleOf(hosted: HostedObject, reach: Reach): Handle;
  /** Nothing here refers to it any more, and nobody outside has a proxy. */
  forget(hosted: HostedObject): void;
}

/** How long an object is kept whose proxy is on its way: the receiver asks for it by itself, and the sender may be gone by then. */
const lendMs = 30_000;

/** An object in a manager: what may be called, and for how long it is kept. */
export class HostedObject implements Link, Shareable {
  readonly id: number;
  readonly type: string;
  readonly object: object;
  readonly exposed: Exposed;
  readonly #keeper: Keeper;
  readonly #methods: ReadonlySet<string>;
  readonly #getters: ReadonlySet<string>;
  /** How many proxies were given to others and not taken back. */
  #grants = 0;
  /** Runs while a proxy of it may be on its way. */
  #lent: NodeJS.Timeout | undefined;
  /** The proxy that stands for it inside, in lists and dicts, while there is one. */
  #inner: WeakRef<ProxyFace> | undefined;

  constructor(id: number, type: string, object: object, exposed: Exposed, keeper: Keeper) {
    this.id = id;
    this.type = type;
    this.object = object;
    this.exposed = exposed;
    this.#keeper = keeper;
    this.#methods = new Set(exposed.methods);
    this.#getters = new Set(exposed.getters);
  }

  /** Calls what is exposed, and nothing else. */
  apply(method: string, args: readonly unknown[]): unknown {
    const target = this.object as Record<string, unknown>;
    if (this.#methods.has(method)) {
      if (method === callItself) return (this.object as (...args: unknown[]) => unknown)(...args);
      if (method === iterate) return iteratorOf(this.object);
      return (target[method] as (...args: unknown[]) => unknown)(...args);
    }
    if (this.#getters.has(method)) return target[method];
    const known = [...this.#methods, ...this.#getters].filter((name) => !name.startsWith("@")).join(", ");
    throw new RemoteError(
      `Cannot call ${method}() of a ${this.type}: it is not exposed, there are ${known || "no methods"}`,
    );
  }

  async invoke(method: string, args: readonly unknown[], options: WaitOptions = {}): Promise<unknown> {
    const result = await withDeadline(Promise.resolve(this.apply(method, args)), options);
    if (result !== timedOut) return result;
    throw new TimeoutError(`${this.type}.${method}() did not answer within ${options.timeoutMs} ms`);
  }

  handle(reach: Reach): Handle {
    return this.#keeper.handleOf(this, reach);
  }

  // Given as a result, it arrives as a proxy, and needs none here.
  [toHandle](reach: Reach): Handle {
    return this.handle(reach);
  }

  release(): void {
    // A proxy inside lasts as long as something holds it.
  }

  /** The proxy that stands for it inside: always the same while somebody has it, so that a list finds it. */
  inner(): ProxyFace {
    const known = this.#inner?.deref();
    if (known !== undefined) return known;
    const { proxy, face } = makeProxy(this);
    this.#inner = new WeakRef(proxy);
    droppedInside.register(face, this);
    return proxy;
  }

  grant(count: number): void {
    this.#grants += count;
    if (this.#grants <= 0) this.forgetUnlessNeeded();
  }

  /** Keeps it for a while, whatever becomes of those who have proxies. */
  lend(): void {
    if (this.#lent !== undefined) {
      this.#lent.refresh();
      return;
    }
    this.grant(1);
    this.#lent = setTimeout(() => {
      this.#lent = undefined;
      this.grant(-1);
    }, lendMs).unref();
  }

  forgetUnlessNeeded(): void {
    if (this.#grants <= 0 && this.#inner?.deref() === undefined) this.#keeper.forget(this);
  }
}

const droppedInside = new FinalizationRegistry<HostedObject>((hosted) => hosted.forgetUnlessNeeded());

/** The object behind a value: what a proxy of an object in this very manager stands for, any other value itself. */
export function referentOf(value: unknown): unknown {
  if (!isProxy(value)) return value;
  const link = linkBehind(value);
  return link instanceof HostedObject ? link.object : value;
}

function iteratorOf(object: object): unknown {
  const source = object as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  return source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]?.();
}
