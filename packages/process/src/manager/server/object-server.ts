import type { Handle, Reach } from "../../base/shareable.ts";
import type { Address } from "../../connection/address.ts";
import type { Listener } from "../../connection/listener.ts";
import { type Item, ShareableList } from "../../sync/shareable-list.ts";
import { SharedMemory } from "../../sync/shared-memory.ts";
import { proxyHandle } from "../client/manager-client.ts";
import { localManagers } from "../client/proxy-data.ts";
import { callerCrashed, type HeldByCaller } from "../hosted/hosted-lock.ts";
import { HostedObject, type ObjectHost } from "../hosted/hosted-object.ts";
import type { PythonHost } from "../python/python-server.ts";
import { type CallHandler, CallSession, encodingSession } from "../session/call-session.ts";
import type { CallChannel } from "../session/call-transport.ts";
import { ConnectionChannel } from "../session/connection-channel.ts";
import { findExposed } from "../session/exposed-methods.ts";
import { RemoteError } from "../session/remote-error.ts";
import { createObject, type TypeFactory, type TypeRegistration } from "./type-registration.ts";

/**
 * While more bytes of replies than this wait for a caller to read them, its calls are not received. Far more than an
 * active caller leaves unread; little enough for a manager with many callers.
 */
const maxUnreadBytes = 16 * 2 ** 20;

/** The objects of a manager, and the sessions with its callers. Its own methods are calls of object 0. */
export class ObjectServer implements CallHandler, ObjectHost, PythonHost {
  /** Identifies this manager, whatever its address. */
  readonly key: string;
  address: Address | null = null;
  readonly #types: ReadonlyMap<string, TypeRegistration>;
  readonly #authKey: Uint8Array;
  readonly #objects = new Map<number, HostedObject>();
  readonly #byValue = new WeakMap<object, HostedObject>();
  /** The references of each session, by object. */
  readonly #sessions = new Map<CallSession, Map<HostedObject, number>>();
  /** Sessions whose process reported a clean exit. */
  readonly #exitedCleanly = new WeakSet<CallSession>();
  /** Shared memory that was created for callers, which is unlinked when the manager shuts down. */
  readonly #blocks: Disposable[] = [];
  #lastId = 0;
  readonly #listeners: Listener[] = [];
  #onShutdown: () => void = () => {};

  /**
   * @param key identifies this manager.
   * @param authKey the key that its callers must have.
   */
  constructor(types: ReadonlyMap<string, TypeRegistration>, key: string, authKey: Uint8Array) {
    this.#types = types;
    this.key = key;
    this.#authKey = authKey;
    localManagers.set(key, (id) => this.#objects.get(id)?.localProxy());
  }

  /** Serves calls from a channel. */
  attach(channel: CallChannel): void {
    const session = new CallSession(channel, this);
    this.#sessions.set(session, new Map());
    void session.closed.then(() => this.#removeSession(session));
    session.startReceiving();
  }

  /** Serves calls from all connections, until a client calls `shutdown` or {@link close} is called here. */
  async serve(listener: Listener): Promise<void> {
    this.#listeners.push(listener);
    await listener.ready;
    this.address = listener.address;
    for await (const connection of listener) this.attach(new ConnectionChannel(connection, maxUnreadBytes));
  }

  /** Serves clients that speak Python's protocol, as {@link serve} does. */
  async servePython(listener: Listener): Promise<void> {
    this.#listeners.push(listener);
    await listener.ready;
    const { servePython } = await import("../python/python-server.ts");
    await servePython(this, listener);
  }

  /** Hosts an object; returns the existing HostedObject if it is hosted already. */
  host(type: string, value: unknown): HostedObject {
    const object = Object(value) as object;
    const existing = this.#byValue.get(object);
    if (existing !== undefined && this.#objects.has(existing.id)) return existing;
    const hosted = new HostedObject(
      ++this.#lastId,
      type,
      object,
      findExposed(object, this.#types.get(type)?.exposed),
      this,
    );
    this.#objects.set(hosted.id, hosted);
    this.#byValue.set(object, hosted);
    return hosted;
  }

  invoke(session: CallSession, to: number, method: string, args: readonly unknown[]): unknown {
    if (to === 0) return this.#control(session, method, args);
    const hosted = this.#objects.get(to);
    if (hosted === undefined) {
      throw new RemoteError(
        "Cannot call an object of a manager: it was removed when no process had a proxy of it; keep a proxy while you use it",
      );
    }
    return this.callHosted(hosted, method, args);
  }

  /** Calls a method of an object. A result that stays in the manager is a HostedObject. */
  callHosted(hosted: HostedObject, method: string, args: readonly unknown[]): unknown {
    const result = hosted.apply(method, args);
    return result instanceof Promise
      ? result.then((value) => this.hostResult(hosted, method, value))
      : this.hostResult(hosted, method, result);
  }

  get objectCount(): number {
    return this.#objects.size;
  }

  hasType(name: string): boolean {
    return this.#types.has(name);
  }

  find(id: number): HostedObject | undefined {
    return this.#objects.get(id);
  }

  // Results that stay in the manager are returned as proxies: iterators, and those named by `methodToType`.
  hostResult({ type }: HostedObject, method: string, result: unknown): unknown {
    const { methodToType = {} } = this.#types.get(type) ?? {};
    if (Object.hasOwn(methodToType, method)) return this.host(methodToType[method] as string, result);
    return isIterator(result) ? this.host("iterator", result) : result;
  }

  createHandle(hosted: HostedObject, reach: Reach): Handle {
    const session = encodingSession();
    const references = session === undefined ? undefined : this.#sessions.get(session);
    if (references !== undefined) {
      references.set(hosted, (references.get(hosted) ?? 0) + 1);
      hosted.addReferences(1);
    } else hosted.keepInTransit();
    const { id, type, exposed } = hosted;
    return proxyHandle({ key: this.key, address: this.address, id, type, exposed }, this.#authKey, reach);
  }

  remove(hosted: HostedObject): void {
    this.#objects.delete(hosted.id);
  }

  /** Stops serving. */
  close(): void {
    localManagers.delete(this.key);
    for (const block of this.#blocks.splice(0)) block[Symbol.dispose]();
    for (const listener of this.#listeners) listener.close();
    for (const session of this.#sessions.keys()) session.close();
    this.#onShutdown();
  }

  /** Sets the action to run after {@link close}. */
  onShutdown(action: () => void): void {
    this.#onShutdown = action;
  }

  #control(session: CallSession, method: string, args: readonly unknown[]): unknown {
    switch (method) {
      case "create":
        return this.createHosted(String(args[0]), args.slice(1));
      case "sharedMemory":
        return this.#keepBlock(new SharedMemory({ create: true, size: Number(args[0]) }));
      case "shareableList":
        return this.#keepBlock(new ShareableList(args[0] as Item[]));
      case "hold":
        return this.#addReferences(session, args[0], Number(args[1]));
      case "lend":
        return this.#objects.get(Number(args[0]))?.keepInTransit();
      case "release":
        return this.#addReferences(session, args[0], -Number(args[1]));
      case "cleanExit":
        this.#exitedCleanly.add(session);
        return undefined;
      case "identify":
        return { key: this.key, address: this.address };
      case "count":
        return this.objectCount;
      case "shutdown":
        // Sends the reply before it closes the session.
        setImmediate(() => void session.flushed().then(() => this.close()));
        return undefined;
      default:
        throw new RemoteError(`Cannot call ${method}() of a manager: it has no such method`);
    }
  }

  /** Creates an object of a registered type. @throws {RemoteError} when there is none; what its factory throws. */
  createHosted(name: string, args: readonly unknown[]): HostedObject | Promise<HostedObject> {
    const type = this.#types.get(name);
    if (type === undefined) {
      throw new RemoteError(
        `Cannot create a ${name}: the manager has ${[...this.#types.keys()].join(", ")}; register() it before start()`,
      );
    }
    const created = createObject(type.factory as TypeFactory, args);
    // Not any object with a `then`: an object to host may have one.
    return created instanceof Promise
      ? created.then((object) => this.host(type.name, object))
      : this.host(type.name, created);
  }

  #keepBlock<T extends Disposable>(block: T): T {
    this.#blocks.push(block);
    return block;
  }

  #addReferences(session: CallSession, id: unknown, count: number): void {
    const hosted = this.#objects.get(Number(id));
    const references = this.#sessions.get(session);
    if (hosted === undefined || references === undefined || !Number.isInteger(count)) return;
    const before = references.get(hosted) ?? 0;
    const after = Math.max(0, before + count);
    if (after === 0) references.delete(hosted);
    else references.set(hosted, after);
    hosted.addReferences(after - before);
  }

  /** Releases what a caller holds. */
  callerCrashed(caller: object): void {
    // Calls every lock: a process may hold one whose proxy it has released.
    for (const { object } of this.#objects.values()) (object as Partial<HeldByCaller>)[callerCrashed]?.(caller);
  }

  // Removes the references of a process that has disconnected.
  #removeSession(session: CallSession): void {
    const references = this.#sessions.get(session) ?? new Map<HostedObject, number>();
    this.#sessions.delete(session);
    if (!this.#exitedCleanly.has(session)) this.callerCrashed(session);
    for (const [hosted, count] of references) hosted.addReferences(-count);
  }
}

function isIterator(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { next } = value as { next?: unknown };
  return typeof next === "function" && (Symbol.iterator in value || Symbol.asyncIterator in value);
}
