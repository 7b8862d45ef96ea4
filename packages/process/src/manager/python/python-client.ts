import { timedOut, type WaitOptions, withDeadline } from "../../base/deadline.ts";
import { ClosedError, TimeoutError } from "../../base/errors.ts";
import type { Address } from "../../connection/address.ts";
import { Client } from "../../connection/client.ts";
import type { SocketConnection } from "../../connection/socket-connection.ts";
import { refuseObject, toPlain } from "../../pickle/plain-value.ts";
import { PythonException, PythonProxy, PythonToken, PythonTuple } from "../../pickle/python-object.ts";
import { splitKeywords } from "../client/keywords.ts";
import type { ManagerCalls } from "../client/manager-calls.ts";
import { isProxy, linkOf, type ProxyBase } from "../client/proxy.ts";
import { appendCallerStack } from "../session/call-failure.ts";
import { disconnectedError, isDisconnection } from "../session/disconnected.ts";
import type { OutgoingCall } from "../session/outgoing-call.ts";
import { RemoteError } from "../session/remote-error.ts";
import { fromException } from "./python-exception.ts";
import { createPythonProxy, type PythonCaller, PythonLink } from "./python-link.ts";
import { type PythonReply, type PythonRequest, readReply, toPythonAddress, writeRequest } from "./python-message.ts";

/** How a client connects to a manager of Python. */
export interface PythonClientOptions {
  readonly address: Address;
  readonly authKey: Uint8Array;
  readonly maxMessageBytes: number;
}

/**
 * The largest number of connections that wait for the next call. A call that finds none opens one: a connection has one
 * call at a time, since Python's server answers one after the other.
 */
const maxIdleConnections = 8;

/** The pause before this process connects again to a server that has too many clients waiting. */
const retryMs = 5;

const noKeywords: ReadonlyMap<string, unknown> = new Map();

/**
 * The client of a manager that speaks Python's protocol.
 *
 * Source: CPython's `Lib/multiprocessing/managers.py`.
 */
export class PythonClient implements ManagerCalls, PythonCaller {
  readonly #options: PythonClientOptions;
  readonly #idle: SocketConnection[] = [];
  #isConnected = false;
  #isClosed = false;

  constructor(options: PythonClientOptions) {
    this.#options = options;
  }

  /** Checks that a manager answers. */
  async connect(options: WaitOptions): Promise<this> {
    await this.#callManager("dummy", [], "connect()", options);
    this.#isConnected = true;
    return this;
  }

  async call({ method, args, what, options }: OutgoingCall): Promise<unknown> {
    if (method === "create") return this.#create(args, what, options);
    if (method === "count") return this.#callManager("number_of_objects", [], what, options);
    throw new RemoteError(`Cannot call ${what} of a manager of Python: it has no such method; create() an object`);
  }

  async callObject(token: PythonToken, method: string, args: readonly unknown[], options?: WaitOptions) {
    const what = `${token.typeId}.${method}()`;
    const origin = { what, args, stackSource: new Error() };
    const { positional, keywords } = splitKeywords(args);
    const connection = this.#idle.pop() ?? (await this.#openObjects(what, options));
    try {
      const reply = await this.#exchange(
        connection,
        { id: token.id, method, args: positional, keywords },
        what,
        options,
      );
      if (this.#isClosed || this.#idle.length >= maxIdleConnections) connection.close();
      else this.#idle.push(connection);
      return await this.#readReply(reply, token);
    } catch (error) {
      throw appendCallerStack(error, origin);
    }
  }

  release(token: PythonToken): void {
    if (!this.#isClosed) this.#callManager("decref", [token.id], "release()").catch(() => {});
  }

  expectEnd(): void {}

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#idle.splice(0)) connection.close();
  }

  async #create(args: readonly unknown[], what: string, options?: WaitOptions): Promise<ProxyBase> {
    const [type] = args as [string];
    const created = await this.#callManager("create", args, what, options);
    const [id, exposed] = Array.isArray(created) ? created : [];
    if (typeof id !== "string" || !Array.isArray(exposed)) throw unexpected(what);
    const token = PythonToken.create(type, toPythonAddress(this.#options.address), id);
    return createPythonProxy(this, token, exposed.map(String));
  }

  /** Calls a method of the manager itself, over a connection of its own. */
  async #callManager(method: string, args: readonly unknown[], what: string, options?: WaitOptions): Promise<unknown> {
    if (this.#isClosed) throw new ClosedError(`Cannot call ${what} of a manager: its connection was closed`);
    const { positional, keywords } = splitKeywords(args);
    const connection = await this.#open(what, options);
    const reply = await this.#exchange(connection, { id: null, method, args: positional, keywords }, what, options);
    connection.close();
    return this.#readReply(reply);
  }

  /** Opens a connection that calls objects. */
  async #openObjects(what: string, options?: WaitOptions): Promise<SocketConnection> {
    if (this.#isClosed) throw new ClosedError(`Cannot call ${what} of a manager: its connection was closed`);
    const connection = await this.#open(what, options);
    const request = { id: null, method: "accept_connection", args: [`node-${process.pid}`], keywords: noKeywords };
    await this.#readReply(await this.#exchange(connection, request, what, options));
    return connection;
  }

  async #open(what: string, options: WaitOptions = {}): Promise<SocketConnection> {
    const { address, authKey, maxMessageBytes } = this.#options;
    const { timeoutMs, signal } = options;
    for (;;) {
      try {
        return await Client(address, { authKey, maxMessageBytes, timeoutMs, signal });
      } catch (cause) {
        if (this.#isConnected && isDisconnection(cause)) throw disconnectedError(what, { cause });
        // The server has not yet accepted those before: Python's lets 16 wait.
        if ((cause as NodeJS.ErrnoException).code !== "EAGAIN") throw cause;
        await withDeadline(new Promise((resolve) => setTimeout(resolve, retryMs)), { signal });
      }
    }
  }

  // A connection whose call failed is closed: a late reply would be taken for that of the next call.
  async #exchange(
    connection: SocketConnection,
    request: PythonRequest,
    what: string,
    options: WaitOptions = {},
  ): Promise<PythonReply> {
    const bytes = this.#write(request, what, connection);
    try {
      await connection.sendBytes(bytes);
      const reply = await withDeadline(connection.recvBytes(), options);
      if (reply !== timedOut) return readReply(reply);
    } catch (cause) {
      connection.close();
      throw isDisconnection(cause) ? disconnectedError(what, { cause }) : cause;
    }
    connection.close();
    throw new TimeoutError(
      `${what} did not answer within ${options.timeoutMs} ms: wait longer, or check what delays it`,
    );
  }

  #write(request: PythonRequest, what: string, connection: SocketConnection): Buffer {
    try {
      return writeRequest(request, what, (object) => this.#replace(object));
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  #replace(object: object): unknown {
    const link = isProxy(object) ? linkOf(object) : undefined;
    if (!(link instanceof PythonLink && link.caller === this)) return undefined;
    return new PythonProxy(link.token, link.exposed.methods);
  }

  /** @param callee the object that was called. */
  async #readReply({ kind, result }: PythonReply, callee?: PythonToken): Promise<unknown> {
    if (kind === "#RETURN") return this.#readValue(result);
    if (kind === "#ERROR" && result instanceof PythonException) throw fromException(result);
    if (kind === "#PROXY" && result instanceof PythonTuple) return this.#readProxy(result, callee);
    if ((kind === "#TRACEBACK" || kind === "#UNSERIALIZABLE") && typeof result === "string") {
      throw new RemoteError(`${lastLine(result)}\n${result}`);
    }
    throw unexpected(kind);
  }

  // The reference that the manager counts for such a reply is the one of the proxy.
  #readProxy({ items: [exposed, token] }: PythonTuple, callee: PythonToken | undefined): ProxyBase {
    if (!(exposed instanceof PythonTuple && token instanceof PythonToken)) throw unexpected("#PROXY");
    token.address = callee?.address ?? token.address;
    return createPythonProxy(this, token, exposed.items.map(String));
  }

  async #readValue(result: unknown): Promise<unknown> {
    const described = new Map<object, ProxyBase>();
    const value = toPlain(result, (object) => {
      if (!(object instanceof PythonProxy)) return refuseObject(object);
      described.set(object, null as never);
      return null;
    });
    if (described.size === 0) return value;
    for (const object of described.keys()) described.set(object, await this.#adopt(object as PythonProxy));
    return toPlain(result, (object) => described.get(object));
  }

  /** Creates a proxy of an object that a value contains, with a reference of its own. */
  async #adopt({ token, exposed }: PythonProxy): Promise<ProxyBase> {
    await this.#callManager("incref", [token.id], "read a proxy");
    const names = exposed ?? (await this.#callManager("get_methods", [token], "read a proxy"));
    return createPythonProxy(this, token, (names as readonly unknown[]).map(String));
  }
}

function unexpected(what: string): RemoteError {
  return new RemoteError(
    `Cannot read the reply to ${what}: it is not one of Python's managers; give both sides serializer: "pickle"`,
  );
}

// Of a traceback, the last line names the exception.
function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
