import type { Handle } from "../../base/shareable.ts";
import type { Address } from "../../connection/address.ts";
import type { Listener } from "../../connection/listener.ts";
import { hostedHere } from "../client/proxy-data.ts";
import { proxyHandle } from "../client/remote-server.ts";
import { handOn, type Lockable } from "../hosted/hand-on.ts";
import { HostedObject, type Keeper } from "../hosted/hosted-object.ts";
import type { CallChannel } from "../session/call-channel.ts";
import { type Host, Session, sendingSession } from "../session/call-session.ts";
import { ConnectionChannel } from "../session/connection-channel.ts";
import { exposedBy } from "../session/exposed-methods.ts";
import { RemoteError } from "../session/remote-error.ts";
import { type Factory, produce, type Registration } from "./type-registration.ts";

/**
 * How many bytes of answers may wait for a caller that does not read them before it is not listened to: far more than a caller that
 * reads leaves behind, and little enough for a manager that has many callers.
 */
const mostUnread = 16 * 2 ** 20;

/** The objects of a manager, and the sessions of those who call them. */
export class Server implements Host, Keeper {
  /** Tells this manager from all others, whatever their addresses. */
  readonly key: string;
  address: Address | null = null;
  readonly #types: ReadonlyMap<string, Registration>;
  readonly #objects = new Map<number, HostedObject>();
  readonly #numbers = new WeakMap<object, HostedObject>();
  /** What each session has proxies of, and how many. */
  readonly #sessions = new Map<Session, Map<HostedObject, number>>();
  /** Those that said that they were about to end. */
  readonly #peaceful = new WeakSet<Session>();
  #last = 0;
  #listener: Listener | undefined;
  #onShutdown: () => void = () => {};

  constructor(types: ReadonlyMap<string, Registration>, key: string) {
    this.#types = types;
    this.key = key;
    hostedHere.set(key, (id) => this.#objects.get(id)?.inner());
  }

  /** Takes calls that come over a channel. */
  attach(channel: CallChannel): void {
    const session = new Session(channel, this);
    this.#sessions.set(session, new Map());
    void session.closed.then(() => this.#part(session));
    session.begin();
  }

  /** Takes calls from all who connect, until `shutdown` is called from outside or {@link close} here. */
  async serve(listener: Listener): Promise<void> {
    this.#listener = listener;
    await listener.ready;
    this.address = listener.address;
    for await (const connection of listener) this.attach(new ConnectionChannel(connection, mostUnread));
  }

  /** Hosts an object. One that is hosted already is the same one. */
  host(type: string, value: unknown): HostedObject {
    const object = Object(value) as object;
    const known = this.#numbers.get(object);
    if (known !== undefined && this.#objects.has(known.id)) return known;
    const hosted = new HostedObject(
      ++this.#last,
      type,
      object,
      exposedBy(object, this.#types.get(type)?.exposed),
      this,
    );
    this.#objects.set(hosted.id, hosted);
    this.#numbers.set(object, hosted);
    return hosted;
  }

  invoke(session: Session, to: number, method: string, args: readonly unknown[]): unknown {
    if (to === 0) return this.#control(session, method, args);
    const hosted = this.#objects.get(to);
    if (hosted === undefined) {
      throw new RemoteError(
        "Cannot call an object of the manager: it is gone, since nobody had a proxy of it any more",
      );
    }
    const result = hosted.apply(method, args);
    return result instanceof Promise
      ? result.then((value) => this.#given(hosted, method, value))
      : this.#given(hosted, method, result);
  }

  // What stays here is given as a proxy.
  #given({ type }: HostedObject, method: string, result: unknown): unknown {
    const { methodToType = {} } = this.#types.get(type) ?? {};
    if (Object.hasOwn(methodToType, method)) return this.host(methodToType[method] as string, result);
    return isIterator(result) ? this.host("iterator", result) : result;
  }

  handleOf(hosted: HostedObject): Handle {
    const session = sendingSession();
    const held = session === undefined ? undefined : this.#sessions.get(session);
    if (held !== undefined) {
      held.set(hosted, (held.get(hosted) ?? 0) + 1);
      hosted.grant(1);
    } else hosted.lend();
    const { id, type, exposed } = hosted;
    return proxyHandle({ key: this.key, address: this.address, id, type, exposed });
  }

  forget(hosted: HostedObject): void {
    this.#objects.delete(hosted.id);
  }

  /** Stops taking calls. */
  close(): void {
    hostedHere.delete(this.key);
    this.#listener?.close();
    for (const session of this.#sessions.keys()) session.close();
    this.#onShutdown();
  }

  /** What is to be done at its end. */
  onShutdown(action: () => void): void {
    this.#onShutdown = action;
  }

  #control(session: Session, method: string, args: readonly unknown[]): unknown {
    switch (method) {
      case "create":
        return this.#create(args[0], args.slice(1));
      case "hold":
        return this.#grant(session, args[0], Number(args[1]));
      case "lend":
        return this.#objects.get(Number(args[0]))?.lend();
      case "release":
        return this.#grant(session, args[0], -Number(args[1]));
      case "bye":
        this.#peaceful.add(session);
        return undefined;
      case "identify":
        return { key: this.key, address: this.address };
      case "count":
        return this.#objects.size;
      case "shutdown":
        // The answer leaves first.
        setImmediate(() => void session.flushed().then(() => this.close()));
        return undefined;
      default:
        throw new RemoteError(`Cannot ask a manager for ${method}: it does not know that`);
    }
  }

  #create(name: unknown, args: readonly unknown[]): HostedObject | Promise<HostedObject> {
    const type = this.#types.get(String(name));
    if (type === undefined) {
      throw new RemoteError(
        `Cannot make a ${String(name)}: the manager has ${[...this.#types.keys()].join(", ")}; register() it before start()`,
      );
    }
    const made = produce(type.factory as Factory, args);
    // Not whatever has a `then`: an object to be hosted may have one.
    return made instanceof Promise ? made.then((object) => this.host(type.name, object)) : this.host(type.name, made);
  }

  #grant(session: Session, id: unknown, count: number): void {
    const hosted = this.#objects.get(Number(id));
    const held = this.#sessions.get(session);
    if (hosted === undefined || held === undefined || !Number.isInteger(count)) return;
    const before = held.get(hosted) ?? 0;
    const after = Math.max(0, before + count);
    if (after === 0) held.delete(hosted);
    else held.set(hosted, after);
    hosted.grant(after - before);
  }

  // What a process had proxies of, it has no more when it is gone.
  #part(session: Session): void {
    const held = this.#sessions.get(session) ?? new Map<HostedObject, number>();
    this.#sessions.delete(session);
    if (!this.#peaceful.has(session)) {
      // All are asked: who holds a lock may have forgotten its proxy.
      for (const { object } of this.#objects.values()) (object as Partial<Lockable>)[handOn]?.(session);
    }
    for (const [hosted, count] of held) hosted.grant(-count);
  }
}

function isIterator(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { next } = value as { next?: unknown };
  return typeof next === "function" && (Symbol.iterator in value || Symbol.asyncIterator in value);
}
