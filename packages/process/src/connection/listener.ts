import type { AddressInfo, Server, Socket } from "node:net";
import { checkWaitOptions, timedOut, type WaitOptions } from "../base/deadline.ts";
import { deferred } from "../base/deferred.ts";
import { ClosedError, TimeoutError } from "../base/errors.ts";
import { inspected } from "../base/inspected.ts";
import { checkOptionKeys } from "../base/options.ts";
import { type Pending, readiness, type Waitable } from "../base/waitable.ts";
import { type Address, type Place, placeOf, wholeAddress } from "./address.ts";
import { answerChallenge, checkAuthKey, deliverChallenge } from "./authentication.ts";
import { AuthenticationError } from "./connection-error.ts";
import { Mailbox } from "./mailbox.ts";
import { type PrivatePath, privatePath } from "./private-path.ts";
import { serializer } from "./serializer.ts";
import { SocketConnection, type SocketConnectionOptions } from "./socket-connection.ts";

/** How a listener listens. */
export interface ListenerOptions extends SocketConnectionOptions {
  /** Default: a Unix socket of a random name in a folder that only this user can enter; a named pipe on Windows. */
  readonly address?: Address | undefined;
  /** What both sides must know. Default: nobody asks. */
  readonly authKey?: Uint8Array | undefined;
  /** Whether HMAC-MD5, all that Python up to 3.11 knows, will do. Default: true. */
  readonly allowMd5?: boolean | undefined;
  /** How many connections may wait for `accept()`; further ones are turned away. Default: 128. */
  readonly backlog?: number | undefined;
  /** How long a peer may take to show its key, in milliseconds. Default: 10 000. */
  readonly handshakeTimeoutMs?: number | undefined;
  /** How many peers may be showing their keys at a time; a newcomer puts the oldest of them out. Default: 256. */
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

type Arrival = { readonly connection: SocketConnection; readonly remote: Address } | AuthenticationError;

/**
 * Waits for connections, from clients of this package or of Python's `multiprocessing.connection`.
 *
 * It binds at once; {@link ready} tells when and whether it has. With a key, every peer shows its own while others come, so that a slow
 * one holds up nobody, and is known before it is accepted. A listener keeps the program alive only while `accept()` waits.
 *
 * @example
 * using listener = await new Listener({ address: { port: 6000 }, authKey }).ready;
 * using connection = await listener.accept();
 * console.log(await connection.recv());
 *
 * Source: the API is that of Python's `multiprocessing.connection.Listener`.
 */
export class Listener implements Waitable, Disposable {
  /** Resolves with the listener when it has bound its address; rejects when it cannot. `accept()` waits for it by itself. */
  readonly ready: Promise<this>;
  readonly #options: ListenerOptions;
  readonly #server: Server;
  readonly #private: PrivatePath | undefined;
  readonly #arrivals = new Mailbox<Arrival>();
  readonly #handshakes = new Set<SocketConnection>();
  readonly #watchers = new Set<() => void>();
  #address: Address;
  #closed = false;
  #holds = 0;
  #keepsAlive = true;
  #lastAccepted: Address | null = null;

  /**
   * @throws {TypeError} or {RangeError} when an option is not what it should be, or this system has no such address.
   */
  constructor(options: ListenerOptions = {}) {
    checkOptionKeys("Listener", options, optionKeys);
    if (options.authKey !== undefined) checkAuthKey(options.authKey);
    serializer(options.serializer);
    this.#options = options;
    this.#private = options.address === undefined ? privatePath() : undefined;
    this.#address = this.#private?.path ?? wholeAddress(options.address as Address);
    const place = placeOf(this.#address);
    this.#server = process.getBuiltinModule("node:net").createServer({ pauseOnConnect: true, noDelay: true });
    this.#server.on("connection", (socket) => this.#welcome(socket));
    this.ready = this.#bind(place);
    this.ready.catch(() => {});
  }

  /** Where it listens; the port is the one that the system chose, once {@link ready}. */
  get address(): Address {
    this.#refuseClosed("read the address of");
    return this.#address;
  }

  /** Where the connection that was accepted last came from; `null` before the first, `""` for a Unix socket. */
  get lastAccepted(): Address | null {
    return this.#lastAccepted;
  }

  /**
   * Waits for the next connection.
   *
   * @throws {AuthenticationError} when a peer came that does not have the key. The listener listens on.
   * @throws {ClosedError} when the listener is closed, also while it waits; {TimeoutError} when time ran out.
   * @throws what Node throws when the address could not be bound (`code` `EADDRINUSE`).
   */
  async accept(options: WaitOptions = {}): Promise<SocketConnection> {
    checkWaitOptions(options);
    this.#refuseClosed("accept from");
    const release = this.#hold();
    try {
      const arrival = await this.#arrivals.take(options);
      if (arrival === timedOut) {
        throw new TimeoutError(
          `Nobody connected within ${options.timeoutMs} ms: wait longer, or see whether clients have the address`,
        );
      }
      if (arrival instanceof AuthenticationError) throw arrival;
      this.#lastAccepted = arrival.remote;
      return arrival.connection;
    } finally {
      release();
    }
  }

  /** Connections as they come, until the listener is closed. Peers that do not have the key are passed over. */
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

  /** Whether `accept()` keeps the program alive while it waits. It does at first. */
  keepAlive(alive: boolean): void {
    this.#keepsAlive = alive;
    if (alive && this.#holds > 0) this.#server.ref();
    else this.#server.unref();
  }

  toString(): string {
    const address = typeof this.#address === "string" ? this.#address : `${this.#address.host}:${this.#address.port}`;
    return `Listener(${this.#closed ? "closed" : address})`;
  }

  [inspected](): string {
    return this.toString();
  }

  /** Stops listening. Connections that were accepted live on; those that were not are closed. Twice is fine. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#server.close();
    this.#private?.remove();
    this.#arrivals.fail(this.#closedError("accept from"));
    for (const arrival of this.#arrivals.drain()) if (!(arrival instanceof Error)) arrival.connection.close();
    for (const connection of this.#handshakes) connection.close();
    this.#changed();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  [readiness](): Pending | null {
    this.#refuseClosed("wait for");
    if (this.#arrivals.size > 0) return null;
    const change = deferred();
    const release = this.#hold();
    this.#watchers.add(change.resolve);
    return {
      ready: change.promise,
      release: () => {
        this.#watchers.delete(change.resolve);
        release();
      },
    };
  }

  #bind(place: Place): Promise<this> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", (error) => {
        this.#arrivals.fail(error);
        this.#private?.remove();
        reject(error);
      });
      this.#server.listen({ ...place, exclusive: true }, () => {
        if ("port" in place) {
          const { address, port } = this.#server.address() as AddressInfo;
          this.#address = { host: address, port };
        }
        resolve(this);
      });
      // Held only by those who wait: see #hold.
      this.#server.unref();
      this.#server.on("error", () => {});
    });
  }

  #welcome(socket: Socket): void {
    const { authKey, backlog = 128 } = this.#options;
    const remote =
      socket.remoteAddress === undefined ? "" : { host: socket.remoteAddress, port: socket.remotePort as number };
    const connection = new SocketConnection(socket, this.#options);
    if (this.#closed || this.#arrivals.size >= backlog) connection.close();
    else if (authKey === undefined) this.#arrive({ connection, remote });
    else {
      void this.#authenticate(connection, authKey).then(
        () => this.#arrive({ connection, remote }),
        (error) => this.#turnAway(connection, error),
      );
    }
  }

  async #authenticate(connection: SocketConnection, authKey: Uint8Array): Promise<void> {
    const { allowMd5, handshakeTimeoutMs = 10_000, maxUnauthenticated = 256 } = this.#options;
    const [oldest] = this.#handshakes;
    if (this.#handshakes.size >= maxUnauthenticated) oldest?.close();
    this.#handshakes.add(connection);
    // One limit for the whole handshake: a peer that sends a byte now and then does not hold a place for long.
    const patience = setTimeout(() => connection.close(), handshakeTimeoutMs).unref();
    try {
      await deliverChallenge(connection, authKey, { allowMd5 });
      await answerChallenge(connection, authKey, { allowMd5 });
    } finally {
      clearTimeout(patience);
      this.#handshakes.delete(connection);
    }
  }

  #arrive(arrival: Arrival): void {
    this.#arrivals.put(arrival);
    this.#changed();
  }

  #turnAway(connection: SocketConnection, error: unknown): void {
    connection.close();
    if (this.#closed) return;
    // Half of the room is for those who have the key: strangers that come while nobody accepts must not take it all.
    if (this.#arrivals.size >= (this.#options.backlog ?? 128) / 2) return;
    const isNamed = error instanceof AuthenticationError;
    this.#arrive(
      isNamed
        ? error
        : new AuthenticationError("A peer left, or took too long, before it had shown its key", { cause: error }),
    );
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #hold(): () => void {
    this.#holds += 1;
    if (this.#holds === 1 && this.#keepsAlive) this.#server.ref();
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holds -= 1;
      if (this.#holds === 0) this.#server.unref();
    };
  }

  #refuseClosed(verb: string): void {
    if (this.#closed) throw this.#closedError(verb);
  }

  #closedError(verb: string): ClosedError {
    return new ClosedError(`Cannot ${verb} a listener: it was closed`);
  }
}
