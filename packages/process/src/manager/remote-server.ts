import type { WaitOptions } from "../base/deadline.ts";
import { NotShareableError } from "../base/errors.ts";
import { type Handle, registerShareable } from "../base/shareable.ts";
import type { Address } from "../connection/address.ts";
import { Client } from "../connection/client.ts";
import { identity } from "../process/identity.ts";
import { packFunction } from "../target/pack-target.ts";
import type { AnyFunction } from "../target/target.ts";
import type { CallChannel } from "./call-channel.ts";
import { ConnectionChannel } from "./connection-channel.ts";
import type { Exposed } from "./exposed.ts";
import type { Shipped } from "./hosted/pool.ts";
import { LocalAttributes } from "./local-attributes.ts";
import { type Link, makeProxy, type ProxyFace } from "./proxy.ts";
import { hostedHere, type ProxyData } from "./proxy-data.ts";
import { type Host, receivingSession, Session, sendingSession } from "./session.ts";

const servers = new Map<string, RemoteServer>();
const owners = new WeakMap<Session, RemoteServer>();

/** How long an object whose proxy was sent elsewhere is kept at least: the receiver asks for it by itself. */
const lendMs = 30_000;

// A process hosts nothing itself for a manager to call, but functions, which the session keeps.
const nothing: Host = {
  invoke() {
    throw new TypeError("Cannot call a process that is no manager");
  },
};

/** A manager as one process sees it: one session, shared by all its proxies here. */
export class RemoteServer {
  key: string;
  address: Address | null;
  authKey: Uint8Array | undefined;
  #session: Session | Promise<Session> | undefined;

  constructor(key: string, address: Address | null) {
    this.key = key;
    this.address = address;
  }

  /** Learns the key of the manager that was found at an address. */
  recognise(key: string): void {
    this.key = key;
    servers.set(key, this);
  }

  /** Talks over a channel that is there already. */
  adopt(channel: CallChannel): Session {
    const session = new Session(channel, nothing);
    owners.set(session, this);
    this.#keep(session);
    return session;
  }

  /** The session; connects when there is none. */
  session(): Session | Promise<Session> {
    this.#session ??= this.#connect();
    return this.#session;
  }

  call(to: number, method: string, args: readonly unknown[], what: string, options?: WaitOptions): Promise<unknown> {
    const session = this.session();
    if (session instanceof Session) return session.call(to, method, args, what, options);
    return session.then((connected) => connected.call(to, method, args, what, options));
  }

  /** Makes a proxy of an object there. */
  proxy(data: ProxyData): ProxyFace {
    const session = receivingSession();
    const isGranted = session !== undefined && session === this.#session;
    if (!isGranted) this.#tell("hold", [data.id]);
    return proxyOf(this, data);
  }

  release(id: number): void {
    // Who is not connected has nothing to give back.
    if (this.#session !== undefined) this.#tell("release", [id, 1]);
  }

  close(): void {
    if (servers.get(this.key) === this) servers.delete(this.key);
    const session = this.#session;
    if (!(session instanceof Session)) return;
    session.tell("bye", []);
    void session.flushed().then(() => session.close());
  }

  /** What crosses in place of a proxy, and whether that goes to the manager itself. */
  handle(data: ProxyData): { readonly handle: Handle; readonly isHome: boolean } {
    if (this.address === null) {
      throw new NotShareableError(
        "Cannot send a proxy: its manager has no address; start the manager, or let it serve one",
      );
    }
    const session = sendingSession();
    return {
      handle: proxyHandle({ ...data, address: this.address }),
      isHome: session !== undefined && session === this.#session,
    };
  }

  #tell(method: string, args: readonly unknown[]): void {
    const session = this.session();
    if (session instanceof Session) session.tell(method, args);
    else
      void session.then(
        (connected) => connected.tell(method, args),
        () => {},
      );
  }

  #connect(): Promise<Session> {
    const { address } = this;
    const connecting = (async () => {
      if (address === null) throw new NotShareableError("Cannot call a manager: it has no address");
      const connection = await Client(address, { authKey: this.authKey ?? identity().authKey, allowMd5: false });
      return this.adopt(new ConnectionChannel(connection));
    })();
    connecting.catch(() => {
      if (this.#session === connecting) this.#session = undefined;
    });
    return connecting;
  }

  #keep(session: Session): void {
    this.#session = session;
    // Who ends in peace keeps what it locked, as in Python; what the dead held is handed on.
    const bye = (code: number) => code === 0 && session.tell("bye", []);
    process.on("exit", bye);
    void session.closed.then(() => process.off("exit", bye));
    void session.closed.then(() => {
      if (this.#session === session) this.#session = undefined;
    });
  }
}

/** The manager of that key, the same one for every proxy. */
export function remoteServer(key: string, address: Address | null): RemoteServer {
  const known = servers.get(key);
  if (known !== undefined) return known;
  const server = new RemoteServer(key, address);
  servers.set(key, server);
  return server;
}

class RemoteLink implements Link {
  readonly type: string;
  readonly exposed: Exposed;
  readonly #server: RemoteServer;
  readonly #data: ProxyData;
  readonly #held: Held;
  readonly #local: LocalAttributes | undefined;

  constructor(server: RemoteServer, data: ProxyData, held: Held) {
    this.#server = server;
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
    return this.#server.call(this.#data.id, method, given, `${this.type}.${method}()`, options);
  }

  handle(): Handle {
    const { handle, isHome } = this.#server.handle(this.#data);
    // The receiver asks the manager to keep the object, but only when it has read the message.
    if (!isHome) this.#held.lend();
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
class Held {
  readonly #server: RemoteServer;
  readonly #id: number;
  #isHeld = true;
  #lentUntil = 0;

  constructor(server: RemoteServer, id: number) {
    this.#server = server;
    this.#id = id;
  }

  lend(): void {
    this.#lentUntil = performance.now() + lendMs;
  }

  release(): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    const lentMs = this.#lentUntil - performance.now();
    if (lentMs <= 0) this.#server.release(this.#id);
    else setTimeout(() => this.#server.release(this.#id), lentMs).unref();
  }
}

const dropped = new FinalizationRegistry<Held>((held) => held.release());

function proxyOf(server: RemoteServer, data: ProxyData): ProxyFace {
  const held = new Held(server, data.id);
  const { proxy, face } = makeProxy(new RemoteLink(server, data, held));
  dropped.register(face, held);
  return proxy;
}

/** What crosses in place of a proxy. */
export function proxyHandle(data: ProxyData): Handle {
  return { module: import.meta.url, kind: "ManagerProxy", data };
}

registerShareable("ManagerProxy", (data: ProxyData) => {
  const session = receivingSession();
  const teller = session && owners.get(session);
  if (teller?.key === data.key) return teller.proxy(data);
  const local = hostedHere.get(data.key);
  if (local === undefined) return remoteServer(data.key, data.address).proxy(data);
  const inner = local(data.id);
  if (inner === undefined) throw new Error("Cannot use a proxy: the object that it stands for is gone");
  return inner;
});
