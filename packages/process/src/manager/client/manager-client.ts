import { timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { NotShareableError } from "../../base/errors.ts";
import { currentSender, type Handle, type Reach, registerShareable } from "../../base/shareable.ts";
import { type Address, isOfThisMachine } from "../../connection/address.ts";
import { connectTo } from "../../connection/client.ts";
import { AuthenticationError } from "../../connection/connection-error.ts";
import { managerHandshake } from "../../connection/handshake.ts";
import { onForkInChild } from "../../posix/fork/fork-hooks.ts";
import { identity } from "../../process/info/process-identity.ts";
import { callTimeoutError } from "../session/call-limits.ts";
import { type CallHandler, CallSession, decodingSession, encodingSession } from "../session/call-session.ts";
import type { CallChannel } from "../session/call-transport.ts";
import { ConnectionChannel } from "../session/connection-channel.ts";
import { disconnectedError, isDisconnection } from "../session/disconnected.ts";
import type { CallOwner, OutgoingCall } from "../session/outgoing-call.ts";
import { sendGoodbyeAtExit } from "./clean-exit.ts";
import type { ProxyBase } from "./proxy.ts";
import { checkProxyData, isProven, localManagers, type ProxyData, proofOf } from "./proxy-data.ts";
import { createRemoteProxy, type ProxyClient } from "./remote-proxy.ts";

const clients = new Map<string, ManagerClient>();
const clientOf = new WeakMap<CallSession, ManagerClient>();

// A manager calls only functions that were sent to it, which the session handles; there are no objects to call here.
const noObjects: CallHandler = {
  invoke() {
    throw new TypeError("Cannot call a process that is not a manager");
  },
};

/** The connection of this process to one manager: a single session, which all proxies of that manager share. */
export class ManagerClient implements ProxyClient {
  key: string;
  address: Address | null;
  authKey: Uint8Array | undefined;
  #session: CallSession | Promise<CallSession> | undefined;
  /** The number of proxies in this process, by object. */
  readonly #proxyCounts = new Map<number, number>();

  constructor(key: string, address: Address | null) {
    this.key = key;
    this.address = address;
  }

  /**
   * Sets the key of the manager that was found at an address, and registers the client by it. A client that is known
   * by that key stays: the manager that was found may claim any key.
   */
  setKey(key: string): void {
    this.key = key;
    if (!clients.has(key)) clients.set(key, this);
  }

  /** Opens the session over an existing channel. */
  openSession(channel: CallChannel): CallSession {
    const session = new CallSession(channel, noObjects);
    clientOf.set(session, this);
    this.#session = session;
    sendGoodbyeAtExit(session);
    void session.closed.then(() => {
      if (this.#session === session) this.#session = undefined;
    });
    session.startReceiving();
    return session;
  }

  /** The session; connects when there is none. */
  session(): CallSession | Promise<CallSession> {
    this.#session ??= this.#connect();
    return this.#session;
  }

  call(call: OutgoingCall): Promise<unknown> {
    const session = this.session();
    if (session instanceof CallSession) return session.call(call);
    return waitForSession(session, call.what, call.options).then((session) => session.call(call));
  }

  /** Creates a proxy of an object of the manager. */
  createProxy(data: ProxyData): ProxyBase {
    const { id } = data;
    this.#proxyCounts.set(id, (this.#proxyCounts.get(id) ?? 0) + 1);
    // A proxy that came by a socket does not connect before it is used.
    const session = currentSender() === "program" ? this.session() : this.#session;
    const isCounted = session === decodingSession();
    // While connecting, nothing is sent: the new session reports all proxies at once.
    if (!isCounted && session instanceof CallSession) session.notify("hold", [id, 1]);
    return createRemoteProxy(this, data);
  }

  lend(id: number): void {
    const session = this.session();
    if (session instanceof CallSession) session.notify("lend", [id]);
    else
      void session.then(
        (connected) => connected.notify("lend", [id]),
        () => {},
      );
  }

  release(id: number): void {
    const left = (this.#proxyCounts.get(id) ?? 1) - 1;
    if (left > 0) this.#proxyCounts.set(id, left);
    else this.#proxyCounts.delete(id);
    // Without a session, the manager has no references of this process.
    if (this.#session instanceof CallSession) this.#session.notify("release", [id, 1]);
  }

  cancelCalls(owner: CallOwner): void {
    if (this.#session instanceof CallSession) this.#session.cancelCalls(owner);
  }

  /** Marks the manager as ended by this side: calls in flight that nothing awaits do not end the program. */
  expectEnd(): void {
    if (this.#session instanceof CallSession) this.#session.isEnding = true;
  }

  close(): void {
    this.expectEnd();
    if (clients.get(this.key) === this) clients.delete(this.key);
    const session = this.#session;
    if (!(session instanceof CallSession)) return;
    session.notify("cleanExit", []);
    void session.flushed().then(() => session.close());
  }

  handle(data: Omit<ProxyData, "proof">, reach: Reach): { readonly handle: Handle; readonly isForManager: boolean } {
    if (this.address === null) throw new NotShareableError("Cannot send a proxy: its manager has no address");
    const session = encodingSession();
    return {
      handle: proxyHandle({ ...data, address: this.address }, this.authKey ?? identity().authKey, reach),
      isForManager: session !== undefined && session === this.#session,
    };
  }

  /** Called in a forked child, which inherits the proxies but cannot use the parent's session. */
  reconnectAfterFork(): void {
    this.#session = undefined;
    // A timer, because a forked child drops immediates of the current loop iteration, which it inherits from its
    // parent.
    if (this.#proxyCounts.size > 0) setTimeout(() => void this.session());
  }

  #connect(): Promise<CallSession> {
    const { address } = this;
    const connecting = (async () => {
      if (address === null) throw new NotShareableError("Cannot call a manager: it has no address");
      const authKey = this.authKey ?? identity().authKey;
      const connection = await connectTo(address, { authKey }, managerHandshake).catch(throwBrokenPipe);
      const session = this.openSession(new ConnectionChannel(connection));
      for (const [id, count] of this.#proxyCounts) session.notify("hold", [id, count]);
      return session;
    })();
    connecting.catch(() => {
      if (this.#session === connecting) this.#session = undefined;
    });
    return connecting;
  }
}

// Connecting has a limit too: the manager may be busy or stopped, and then does not accept connections.
async function waitForSession(
  session: Promise<CallSession>,
  what: string,
  options: WaitOptions = {},
): Promise<CallSession> {
  const found = await withDeadline(session, options);
  if (found === timedOut) throw callTimeoutError(what, options.timeoutMs);
  return found;
}

function throwBrokenPipe(cause: unknown): never {
  throw isDisconnection(cause) ? disconnectedError("a manager", { cause }) : cause;
}

/** The client of the manager with this key; all proxies of one manager get the same one. */
export function clientFor(key: string, address: Address | null): ManagerClient {
  const known = clients.get(key);
  if (known !== undefined) return known;
  const client = new ManagerClient(key, address);
  clients.set(key, client);
  return client;
}

// Objects that this process hosted stay in the parent; a forked child calls them through a connection.
onForkInChild(() => {
  localManagers.clear();
  for (const client of clients.values()) client.reconnectAfterFork();
});

/**
 * The handle that is sent in place of a proxy.
 *
 * @throws {NotShareableError} when it is sent to another machine, which cannot connect to the manager's address.
 */
export function proxyHandle(data: Omit<ProxyData, "proof">, authKey: Uint8Array, reach: Reach): Handle {
  if (reach === "machine" && isOfThisMachine(data.address)) {
    throw new NotShareableError(
      "Cannot send a proxy to another machine: only this machine can connect to its manager's address; " +
        "give the Manager the address { host, port } of a network interface, and an authKey",
    );
  }
  return handleOf({ ...data, proof: proofOf(data, authKey) });
}

function handleOf(data: ProxyData): Handle {
  return { module: import.meta.url, kind: "ManagerProxy", data };
}

// A proxy whose sender has not shown that it knows the manager's key. This process neither connects to its address nor
// proves anything there; it can only pass the proxy on.
function createUnprovenProxy(data: ProxyData): ProxyBase {
  const refuse = () =>
    Promise.reject(
      new AuthenticationError(
        `Cannot call a ${data.type} in a manager: the proxy was not made with this program's authKey; ` +
          "call new Manager({ address, authKey }).connect() instead",
      ),
    );
  return createRemoteProxy(
    {
      call: refuse,
      handle: () => ({ handle: handleOf(data), isForManager: true }),
      lend() {},
      release() {},
      cancelCalls() {},
    },
    data,
  );
}

registerShareable(
  "ManagerProxy",
  (data: ProxyData) => {
    checkProxyData(data);
    const session = decodingSession();
    const sender = session && clientOf.get(session);
    if (sender?.key === data.key) return sender.createProxy(data);
    const client = clients.get(data.key);
    const isFromProgram = currentSender() === "program" && (session === undefined || session.reach === "thread");
    if (!isFromProgram && !isProven(data, client?.authKey ?? identity().authKey)) {
      const isHosted = session !== undefined && localManagers.has(data.key);
      if (!isHosted) return createUnprovenProxy(data);
    }
    const localProxyOf = localManagers.get(data.key);
    if (localProxyOf === undefined) return clientFor(data.key, data.address).createProxy(data);
    const proxy = localProxyOf(data.id);
    if (proxy === undefined) throw new Error("Cannot use a proxy: its object was removed");
    return proxy;
  },
  { isInert: true },
);
