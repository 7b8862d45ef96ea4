import type { AddressInfo, Server, Socket } from "node:net";
import { checkWaitOptions, timedOut, type WaitOptions } from "../base/deadline.ts";
import { deferred } from "../base/deferred.ts";
import { ClosedError, TimeoutError } from "../base/errors.ts";
import { EventLoopRef } from "../base/event-loop-ref.ts";
import { inspected } from "../base/inspected.ts";
import { checkOptionKeys } from "../base/options.ts";
import { explainDenied } from "../base/permission.ts";
import { type Pending, readiness, type Waitable } from "../base/waitable.ts";
import { createPrivatePath, type PrivatePath } from "../socket/private-path.ts";
import { type Address, type NetAddress, parseAddress, toAbsolute } from "./address.ts";
import { AsyncQueue } from "./async-queue.ts";
import { checkAuthKey } from "./authentication.ts";
import { AuthenticationError } from "./connection-error.ts";
import { type Handshake, pythonHandshake } from "./handshake.ts";
import { serializerNamed } from "./serializer.ts";
import { SocketConnection } from "./socket-connection.ts";
import type { SocketConnectionOptions } from "./socket-connection-options.ts";

/** Options of a `Listener`. */
export interface ListenerOptions extends SocketConnectionOptions {
  /**
   * Default: a Unix socket in a new folder that only this user can enter; on Windows, a named pipe with a random
   * name.
   */
  readonly address?: Address | undefined;
  /** The key that both sides must have. Default: no authentication. */
  readonly authKey?: Uint8Array | undefined;
  /** Whether to accept HMAC-MD5, the only method of Python up to 3.11. Default: true. */
  readonly allowMd5?: boolean | undefined;
  /** The largest number of connections that wait for `accept()`; the listener closes further ones. Default: 128. */
  readonly backlog?: number | undefined;
  /** Limit of the whole handshake, in milliseconds. Default: 10 000. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** The largest number of handshakes at a time; a new peer closes the oldest of them. Default: 256. */
  readonly maxUnauthenticated?: number | undefined;
}

const optionKeys = [
  "address",
  "authKey",
  "allowMd5",
  "backlog",
  "handshakeTimeoutMs",
  "maxUnauthenticated",
  "serializer",
  "maxMessageBytes",
] as const;

type AcceptResult = { readonly connection: SocketConnection; readonly remote: Address } | AuthenticationError;

/**
 * Accepts connections from clients of this package or of Python's `multiprocessing.connection`.
 *
 * The constructor starts to bind the address; {@link ready} settles when it is bound. With a key, the listener runs
 * the handshakes of all peers concurrently, so a slow peer does not delay others; `accept()` gets authenticated peers
 * only. A listener keeps the program alive only while `accept()` waits.
 *
 * Source: the API is that of Python's `multiprocessing.connection.Listener`.
 *
 * @example
 * using listener = await new Listener({ address: { port: 6000 }, authKey }).ready;
 * using connection = await listener.accept();
 * console.log(await connection.recv());
 */
export class Listener implements Waitable, Disposable {
  /** Resolves with the listener when its address is bound; rejects when that fails. `accept()` waits for it. */
  readonly ready: Promise<this>;
  readonly #options: ListenerOptions;
  readonly #handshake: Handshake;
  readonly #server: Server;
  readonly #privatePath: PrivatePath | undefined;
  readonly #accepted = new AsyncQueue<AcceptResult>();
  readonly #handshakes = new Set<SocketConnection>();
  readonly #watchers = new Set<() => void>();
  readonly #eventLoopRef: EventLoopRef;
  #address: Address;
  #closed = false;
  #lastAccepted: Address | null = null;

  /**
   * @param handshake what authenticates clients; for other parts of this package. Default: as Python, or stronger.
   * @throws {TypeError} or {RangeError} when an option is invalid, or this system does not support such an address.
   */
  constructor(options: ListenerOptions = {}, handshake: Handshake = pythonHandshake) {
    this.#handshake = handshake;
    checkOptionKeys("Listener", options, optionKeys);
    if (options.authKey !== undefined) checkAuthKey(options.authKey);
    serializerNamed(options.serializer);
    this.#options = options;
    this.#privatePath = options.address === undefined ? createPrivatePath() : undefined;
    this.#address = this.#privatePath?.path ?? toAbsolute(options.address as Address);
    const netAddress = parseAddress(this.#address);
    this.#server = process.getBuiltinModule("node:net").createServer({ pauseOnConnect: true, noDelay: true });
    this.#eventLoopRef = new EventLoopRef((alive) => (alive ? this.#server.ref() : this.#server.unref()));
    this.#server.on("connection", (socket) => this.#receiveSocket(socket));
    this.ready = this.#bind(netAddress);
    this.ready.catch(() => {});
  }

  /** The address. For port 0, it has the port that the system chose once {@link ready} has resolved. */
  get address(): Address {
    this.#checkOpen("read the address of");
    return this.#address;
  }

  /** The peer address of the connection accepted last; `null` before the first, `""` for a Unix socket. */
  get lastAccepted(): Address | null {
    return this.#lastAccepted;
  }

  /**
   * Waits for the next connection.
   *
   * @throws {AuthenticationError} when a peer failed the handshake. The listener goes on.
   * @throws {ClosedError} when the listener is closed, also while this waits; {TimeoutError} when time ran out.
   * @throws Node's error when the address could not be bound (`code` `EADDRINUSE`).
   */
  async accept(options: WaitOptions = {}): Promise<SocketConnection> {
    checkWaitOptions(options);
    this.#checkOpen("accept from");
    const release = this.#eventLoopRef.addWait();
    try {
      const result = await this.#accepted.take(options);
      if (result === timedOut) {
        throw new TimeoutError(
          `No client connected within ${options.timeoutMs} ms: wait longer, or check that clients have the address`,
        );
      }
      if (result instanceof AuthenticationError) throw result;
      this.#lastAccepted = result.remote;
      return result.connection;
    } finally {
      release();
    }
  }

  /** Yields connections until the listener is closed. Skips peers that failed the handshake. */
  async *[Symbol.asyncIterator](): AsyncGenerator<SocketConnection, void> {
    while (!this.#closed) {
      try {
        yield await this.accept();
      } catch (error) {
        if (this.#closed) return;
        if (!(error instanceof AuthenticationError)) throw error;
      }
    }
  }

  /** Sets whether `accept()` keeps the program alive while it waits. Default: true. */
  keepAlive(alive: boolean): void {
    this.#eventLoopRef.keepAlive(alive);
  }

  toString(): string {
    const address = typeof this.#address === "string" ? this.#address : `${this.#address.host}:${this.#address.port}`;
    return `Listener(${this.#closed ? "closed" : address})`;
  }

  [inspected](): string {
    return this.toString();
  }

  /** Stops listening. Closes connections that were not accepted; accepted ones stay open. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#server.close();
    this.#privatePath?.remove();
    this.#accepted.fail(this.#closedError("accept from"));
    for (const result of this.#accepted.drain()) if (!(result instanceof Error)) result.connection.close();
    for (const connection of this.#handshakes) connection.close();
    this.#notifyWatchers();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [readiness](): Pending | null {
    this.#checkOpen("wait for");
    if (this.#accepted.size > 0) return null;
    const change = deferred();
    const release = this.#eventLoopRef.addWait();
    this.#watchers.add(change.resolve);
    return {
      ready: change.promise,
      release: () => {
        this.#watchers.delete(change.resolve);
        release();
      },
    };
  }

  #bind(netAddress: NetAddress): Promise<this> {
    return new Promise((resolve, reject) => {
      const fail = (cause: Error) => {
        const error = explainDenied(cause, "Cannot listen");
        this.#accepted.fail(error);
        this.#privatePath?.remove();
        reject(error);
      };
      this.#server.once("error", fail);
      try {
        this.#server.listen({ ...netAddress, exclusive: true }, () => {
          if ("port" in netAddress) {
            const { address, port } = this.#server.address() as AddressInfo;
            this.#address = { host: address, port };
          }
          resolve(this);
        });
      } catch (error) {
        fail(error as Error);
      }
      // Referenced only while an operation waits.
      this.#server.unref();
      this.#server.on("error", () => {});
    });
  }

  #receiveSocket(socket: Socket): void {
    const { authKey, backlog = 128 } = this.#options;
    const remote =
      socket.remoteAddress === undefined ? "" : { host: socket.remoteAddress, port: socket.remotePort as number };
    const connection = new SocketConnection(socket, this.#options);
    if (this.#closed || this.#accepted.size >= backlog) connection.close();
    else if (authKey === undefined) this.#addResult({ connection, remote });
    else {
      void this.#authenticate(connection, authKey).then(
        () => this.#addResult({ connection, remote }),
        (error) => this.#reject(connection, error),
      );
    }
  }

  async #authenticate(connection: SocketConnection, authKey: Uint8Array): Promise<void> {
    const { allowMd5, handshakeTimeoutMs = 10_000, maxUnauthenticated = 256 } = this.#options;
    const [oldest] = this.#handshakes;
    if (this.#handshakes.size >= maxUnauthenticated) oldest?.close();
    this.#handshakes.add(connection);
    // One limit for the whole handshake: a peer that sends a byte from time to time cannot extend it.
    const timer = setTimeout(() => connection.close(), handshakeTimeoutMs).unref();
    try {
      await this.#handshake.accept(connection, authKey, { allowMd5 });
    } finally {
      clearTimeout(timer);
      this.#handshakes.delete(connection);
    }
  }

  #addResult(result: AcceptResult): void {
    this.#accepted.put(result);
    this.#notifyWatchers();
  }

  #reject(connection: SocketConnection, error: unknown): void {
    connection.close();
    if (this.#closed) return;
    // Failed handshakes fill at most half of the backlog, so that they leave room for authenticated peers.
    if (this.#accepted.size >= (this.#options.backlog ?? 128) / 2) return;
    const isNamed = error instanceof AuthenticationError;
    this.#addResult(
      isNamed
        ? error
        : new AuthenticationError("A peer disconnected, or took too long, before it proved that it has the key", {
            cause: error,
          }),
    );
  }

  #notifyWatchers(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #checkOpen(verb: string): void {
    if (this.#closed) throw this.#closedError(verb);
  }

  #closedError(verb: string): ClosedError {
    return new ClosedError(`Cannot ${verb} a listener: it was closed`);
  }
}
