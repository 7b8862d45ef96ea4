import type { WaitOptions } from "../../base/deadline.ts";
import { timedOut, withDeadline } from "../../base/deadline.ts";
import { TimeoutError } from "../../base/errors.ts";
import { type Handle, type Reach, type Shareable, toHandle } from "../../base/shareable.ts";
import { createProxy, isProxy, linkOf, type ProxyBase } from "../client/proxy.ts";
import type { ProxyLink } from "../client/proxy-link.ts";
import { callMethodName, type ExposedMethods, iterateMethod, valueMethod } from "../session/exposed-methods.ts";
import { currentCall, IncomingCall, runAsCurrentCall } from "../session/incoming-call.ts";
import { RemoteError } from "../session/remote-error.ts";

/** What a hosted object needs of its manager. */
export interface ObjectHost {
  createHandle(hosted: HostedObject, reach: Reach): Handle;
  /** Hosts a result that stays in the manager, such as an iterator; returns any other value unchanged. */
  hostResult(hosted: HostedObject, method: string, result: unknown): unknown;
  /** Called when no process has a proxy of the object and no hosted object refers to it. */
  remove(hosted: HostedObject): void;
}

/** The caller of calls from the manager's own process. */
const localCaller = {};

/**
 * How long an object is kept while a proxy is in transit. The receiver adds its own reference; the sender may have
 * exited by then.
 */
const transitMs = 30_000;

/** An object in a manager: calls its exposed members, and counts the references that keep it. */
export class HostedObject implements ProxyLink, Shareable {
  readonly id: number;
  readonly type: string;
  readonly object: object;
  readonly exposed: ExposedMethods;
  readonly #host: ObjectHost;
  readonly #methods: ReadonlySet<string>;
  readonly #getters: ReadonlySet<string>;
  /** How many proxies other processes have, plus one while a proxy is in transit. */
  #references = 0;
  /** Runs while a proxy may be in transit. */
  #transitTimer: NodeJS.Timeout | undefined;
  /** The proxy of the object in this process, which lists and dicts of the manager store. */
  #localProxyRef: WeakRef<ProxyBase> | undefined;

  constructor(id: number, type: string, object: object, exposed: ExposedMethods, keeper: ObjectHost) {
    this.id = id;
    this.type = type;
    this.object = object;
    this.exposed = exposed;
    this.#host = keeper;
    this.#methods = new Set(exposed.methods);
    this.#getters = new Set(exposed.getters);
  }

  /** Calls an exposed method or reads an exposed getter. */
  apply(method: string, args: readonly unknown[]): unknown {
    if (!this.exposed.lock?.hasFlows) return this.#apply(method, args);
    const call = currentCall();
    if (call !== undefined) call.flows = readFlows(args[0]);
    return this.#apply(method, args.slice(1));
  }

  #apply(method: string, args: readonly unknown[]): unknown {
    const target = this.object as Record<string, unknown>;
    if (this.#methods.has(method)) {
      if (method === callMethodName) return (this.object as (...args: unknown[]) => unknown)(...args);
      if (method === iterateMethod) return iteratorOf(this.object);
      if (method === valueMethod) return this.#value();
      return (target[method] as (...args: unknown[]) => unknown)(...args);
    }
    if (this.#getters.has(method)) return target[method];
    const known = [...this.#methods, ...this.#getters].filter((name) => !name.startsWith("@")).join(", ");
    throw new RemoteError(
      `Cannot call ${method}() of a ${this.type}: it is not exposed, there are ${known || "no methods"}`,
    );
  }

  #value(): unknown {
    const name = ["getValue", "copy"].find((name) => this.#methods.has(name));
    const object = this.object as { _copy?(): unknown } & Record<string, () => unknown>;
    if (name !== undefined) return object[name]?.();
    return typeof object._copy === "function" ? object._copy() : object;
  }

  async invoke(method: string, args: readonly unknown[], options: WaitOptions = {}): Promise<unknown> {
    // A flow of this process is the holder of a lock, not the caller on whose behalf it runs.
    const apply = () => this.apply(method, args);
    const applied = this.exposed.lock?.hasFlows ? runAsCurrentCall(new IncomingCall(localCaller), apply) : apply();
    const result = await withDeadline(Promise.resolve(applied), options);
    if (result !== timedOut) {
      const hosted = this.#host.hostResult(this, method, result);
      return hosted instanceof HostedObject ? hosted.localProxy() : hosted;
    }
    throw new TimeoutError(`${this.type}.${method}() did not answer within ${options.timeoutMs} ms`);
  }

  handle(reach: Reach): Handle {
    return this.#host.createHandle(this, reach);
  }

  // A hosted object in a result is sent as a proxy.
  [toHandle](reach: Reach): Handle {
    return this.handle(reach);
  }

  release(): void {
    // Local proxies are not counted; the garbage collector finds them.
  }

  /**
   * The proxy of the object in this process. The same one as long as it is referenced, so that a list can find it.
   */
  localProxy(): ProxyBase {
    const known = this.#localProxyRef?.deref();
    if (known !== undefined) return known;
    const { proxy, base } = createProxy(this);
    this.#localProxyRef = new WeakRef(proxy);
    collectedLocalProxies.register(base, this);
    return proxy;
  }

  addReferences(count: number): void {
    this.#references += count;
    if (this.#references <= 0) this.removeIfUnreferenced();
  }

  /** Keeps the object for a limited time while a proxy is in transit. */
  keepInTransit(): void {
    if (this.#transitTimer !== undefined) {
      this.#transitTimer.refresh();
      return;
    }
    this.addReferences(1);
    this.#transitTimer = setTimeout(() => {
      this.#transitTimer = undefined;
      this.addReferences(-1);
    }, transitMs).unref();
  }

  removeIfUnreferenced(): void {
    if (this.#references <= 0 && this.#localProxyRef?.deref() === undefined) this.#host.remove(this);
  }
}

const collectedLocalProxies = new FinalizationRegistry<HostedObject>((hosted) => hosted.removeIfUnreferenced());

function readFlows(flows: unknown): readonly number[] {
  const ids: unknown[] = Array.isArray(flows) ? flows : [flows];
  if (ids.every(Number.isInteger)) return ids as number[];
  throw new RemoteError("Cannot call a lock: the caller does not say for which async flow");
}

/** The object of a local proxy; any other value is returned unchanged. */
export function referentOf(value: unknown): unknown {
  if (!isProxy(value)) return value;
  const link = linkOf(value);
  return link instanceof HostedObject ? link.object : value;
}

function iteratorOf(object: object): unknown {
  const source = object as Partial<AsyncIterable<unknown> & Iterable<unknown>>;
  return source[Symbol.asyncIterator]?.() ?? source[Symbol.iterator]?.();
}
