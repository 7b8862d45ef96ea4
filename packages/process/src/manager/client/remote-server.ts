import { timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { BrokenPipeError, NotShareableError } from "../../base/errors.ts";
import { type Handle, registerShareable } from "../../base/shareable.ts";
import type { Address } from "../../connection/address.ts";
import { Client } from "../../connection/client.ts";
import { afterFork } from "../../posix/fork/fork-hooks.ts";
import { identity } from "../../process/info/process-identity.ts";
import type { Ask, Caller } from "../session/ask.ts";
import type { CallChannel } from "../session/call-channel.ts";
import { lateAnswer } from "../session/call-limits.ts";
import { type Host, receivingSession, Session, sendingSession } from "../session/call-session.ts";
import { ConnectionChannel } from "../session/connection-channel.ts";
import { sayByeAtExit } from "./clean-end.ts";
import type { ProxyFace } from "./proxy.ts";
import { hostedHere, type ProxyData } from "./proxy-data.ts";
import { type Remote, remoteProxy } from "./remote-link.ts";

const servers = new Map<string, RemoteServer>();
const owners = new WeakMap<Session, RemoteServer>();

// A process hosts nothing itself for a manager to call, but functions, which the session keeps.
const nothing: Host = {
  invoke() {
    throw new TypeError("Cannot call a process that is no manager");
  },
};

/** A manager as one process sees it: one session, shared by all its proxies here. */
export class RemoteServer implements Remote {
  key: string;
  address: Address | null;
  authKey: Uint8Array | undefined;
  #session: Session | Promise<Session> | undefined;
  /** How many proxies there are here of each object. */
  readonly #held = new Map<number, number>();

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
    this.#session = session;
    sayByeAtExit(session);
    void session.closed.then(() => {
      if (this.#session === session) this.#session = undefined;
    });
    session.begin();
    return session;
  }

  /** The session; connects when there is none. */
  session(): Session | Promise<Session> {
    this.#session ??= this.#connect();
    return this.#session;
  }

  call(ask: Ask): Promise<unknown> {
    const session = this.session();
    if (session instanceof Session) return session.call(ask);
    return connected(session, ask.what, ask.options).then((session) => session.call(ask));
  }

  /** Makes a proxy of an object there. */
  proxy(data: ProxyData): ProxyFace {
    const { id } = data;
    this.#held.set(id, (this.#held.get(id) ?? 0) + 1);
    const session = this.session();
    const isGranted = session === receivingSession();
    // Who connects only now tells of all that it holds.
    if (!isGranted && session instanceof Session) session.tell("hold", [id, 1]);
    return remoteProxy(this, data);
  }

  lend(id: number): void {
    const session = this.session();
    if (session instanceof Session) session.tell("lend", [id]);
    else
      void session.then(
        (connected) => connected.tell("lend", [id]),
        () => {},
      );
  }

  release(id: number): void {
    const left = (this.#held.get(id) ?? 1) - 1;
    if (left > 0) this.#held.set(id, left);
    else this.#held.delete(id);
    // Who is not connected has nothing to give back.
    if (this.#session instanceof Session) this.#session.tell("release", [id, 1]);
  }

  giveUp(caller: Caller): void {
    if (this.#session instanceof Session) this.#session.giveUp(caller);
  }

  close(): void {
    if (servers.get(this.key) === this) servers.delete(this.key);
    const session = this.#session;
    if (!(session instanceof Session)) return;
    session.tell("bye", []);
    void session.flushed().then(() => session.close());
  }

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

  /** In a fork: the session is the parent's, the proxies are here as well. */
  beginAnew(): void {
    this.#session = undefined;
    // A timer: the immediates of this round are taken for the parent's.
    if (this.#held.size > 0) setTimeout(() => void this.session());
  }

  #connect(): Promise<Session> {
    const { address } = this;
    const connecting = (async () => {
      if (address === null) throw new NotShareableError("Cannot call a manager: it has no address");
      const authKey = this.authKey ?? identity().authKey;
      const connection = await Client(address, { authKey, allowMd5: false }).catch(goneIfNobody);
      const session = this.adopt(new ConnectionChannel(connection));
      for (const [id, count] of this.#held) session.tell("hold", [id, count]);
      return session;
    })();
    connecting.catch(() => {
      if (this.#session === connecting) this.#session = undefined;
    });
    return connecting;
  }
}

// A manager that lives may be too busy, or stopped, to let anyone in.
async function connected(session: Promise<Session>, what: string, options: WaitOptions = {}): Promise<Session> {
  const found = await withDeadline(session, options);
  if (found === timedOut) throw lateAnswer(what, options.timeoutMs);
  return found;
}

function goneIfNobody(cause: NodeJS.ErrnoException): never {
  if (cause.code !== "ENOENT" && cause.code !== "ECONNREFUSED") throw cause;
  throw new BrokenPipeError(
    "Cannot call a manager: nobody serves at its address any more; it was shut down, or it died",
    {
      cause,
    },
  );
}

/** The manager of that key, the same one for every proxy. */
export function remoteServer(key: string, address: Address | null): RemoteServer {
  const known = servers.get(key);
  if (known !== undefined) return known;
  const server = new RemoteServer(key, address);
  servers.set(key, server);
  return server;
}

// What this process hosted, its parent hosts; a fork reaches it as others do.
afterFork(() => {
  hostedHere.clear();
  for (const server of servers.values()) server.beginAnew();
});

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
