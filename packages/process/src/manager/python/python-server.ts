import { describeThrown, inspectThrown } from "../../base/thrown.ts";
import type { Address } from "../../connection/address.ts";
import type { Listener } from "../../connection/listener.ts";
import type { SocketConnection } from "../../connection/socket-connection.ts";
import { refuseObject } from "../../pickle/plain-value.ts";
import { PythonProxy, PythonToken, PythonTuple } from "../../pickle/python-object.ts";
import { isProxy, linkOf } from "../client/proxy.ts";
import { HostedObject } from "../hosted/hosted-object.ts";
import { IncomingCall, runAsCurrentCall } from "../session/incoming-call.ts";
import { RemoteError } from "../session/remote-error.ts";
import { toException } from "./python-exception.ts";
import {
  type ManagerFunction,
  type PythonRequest,
  readRequest,
  toPythonAddress,
  writeReply,
} from "./python-message.ts";
import { callFromPython, isCallable, namesForPython, withOptions } from "./python-methods.ts";
import { argumentsOfType, typeForPython, typeIdForPython } from "./python-types.ts";

/** What clients of Python need of a manager. */
export interface PythonHost {
  readonly objectCount: number;
  hasType(name: string): boolean;
  createHosted(name: string, args: readonly unknown[]): HostedObject | Promise<HostedObject>;
  find(id: number): HostedObject | undefined;
  /** Calls a method. A result that stays in the manager is a HostedObject. */
  callHosted(hosted: HostedObject, method: string, args: readonly unknown[]): unknown;
  /** Releases the locks that a caller holds. */
  callerCrashed(caller: object): void;
  close(): void;
}

/** Serves clients that speak Python's protocol, until the listener is closed. */
export async function servePython(host: PythonHost, listener: Listener): Promise<void> {
  const server = new PythonServer(host, listener.address);
  for await (const connection of listener) void server.serve(connection);
  server.close();
}

/**
 * The objects of a manager, as clients of Python call them.
 *
 * Source: the class `Server` in CPython's `Lib/multiprocessing/managers.py`.
 */
class PythonServer {
  readonly #host: PythonHost;
  readonly #address: PythonToken["address"];
  readonly #connections = new Set<SocketConnection>();
  /** The references that clients of Python have, by object. */
  readonly #references = new Map<HostedObject, number>();

  constructor(host: PythonHost, address: Address) {
    this.#host = host;
    this.#address = toPythonAddress(address);
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  /** Answers the requests of a connection, one after the other. Never rejects. */
  async serve(connection: SocketConnection): Promise<void> {
    this.#connections.add(connection);
    try {
      let method = "";
      await connection.sendBytes(
        await this.#answer(await connection.recvBytes(), (request) => {
          method = request.method;
          return this.#callManager(request);
        }),
      );
      if (method === "shutdown") this.#host.close();
      if (method === "accept_connection") await this.#serveObjects(connection);
    } catch {
      // The client has disconnected.
    } finally {
      this.#connections.delete(connection);
      connection.close();
      this.#host.callerCrashed(connection);
    }
  }

  async #serveObjects(connection: SocketConnection): Promise<never> {
    let request = await connection.recvBytes();
    for (;;) {
      const call = new IncomingCall(connection);
      // Received while the call runs, so that the call ends when its client disconnects.
      const next = connection.recvBytes();
      next.catch((reason) => call.abandon(reason));
      await connection.sendBytes(
        await this.#answer(request, (request) => runAsCurrentCall(call, () => this.#callObject(request))),
      );
      request = await next;
    }
  }

  async #answer(bytes: Buffer, run: (request: PythonRequest) => unknown): Promise<Buffer> {
    try {
      const request = readRequest(bytes, (object) => this.#fromPython(object));
      const result = await run(request);
      return this.#reply(result, request);
    } catch (error) {
      const isRaised = error instanceof ObjectError;
      return isRaised
        ? writeReply("#ERROR", toException(error.cause), refuseObject)
        : writeReply("#TRACEBACK", inspectThrown(error), refuseObject);
    }
  }

  #reply(result: unknown, request: PythonRequest): Buffer {
    try {
      if (!(result instanceof HostedObject)) return writeReply("#RETURN", result, (object) => this.#toPython(object));
      this.#addReferences(result, 1);
      const { token, exposed } = this.#describe(result);
      // For `create`, the client knows the type and the address.
      if (request.id === null) return writeReply("#RETURN", new PythonTuple([token.id, exposed]), refuseObject);
      return writeReply("#PROXY", new PythonTuple([exposed, token]), refuseObject);
    } catch (error) {
      return writeReply("#UNSERIALIZABLE", describeThrown(error), refuseObject);
    }
  }

  #callManager({ method, args, keywords }: PythonRequest): unknown {
    switch (method as ManagerFunction) {
      case "create":
        return this.#create(String(args[0]), args.slice(1), keywords);
      case "incref":
        return this.#addReferences(this.#find(args[0]), 1);
      case "decref":
        return this.#addReferences(this.#find(args[0]), -1);
      case "get_methods": {
        const [token] = args;
        return new PythonTuple(namesForPython(this.#find(token instanceof PythonToken ? token.id : token)));
      }
      case "number_of_objects":
        return this.#host.objectCount;
      case "accept_connection":
      case "dummy":
      case "shutdown":
        return null;
      default:
        throw new RemoteError(`Cannot call ${method}() of a manager: it has no such method`);
    }
  }

  #create(
    typeId: string,
    args: readonly unknown[],
    keywords: ReadonlyMap<string, unknown>,
  ): HostedObject | Promise<HostedObject> {
    const type = this.#host.hasType(typeId) ? typeId : typeForPython(typeId);
    return this.#host.createHosted(type, withOptions(argumentsOfType(typeId, args), keywords));
  }

  #callObject({ id, method, args, keywords }: PythonRequest): unknown {
    const hosted = this.#find(id);
    if (!isCallable(hosted, method)) {
      const names = namesForPython(hosted).join(", ");
      throw new RemoteError(`Cannot call ${method}() of a ${hosted.type}: it is not exposed, there are ${names}`);
    }
    const apply = (name: string, values: readonly unknown[]) => this.#host.callHosted(hosted, name, values);
    const raise = (cause: unknown) => {
      throw cause instanceof RemoteError ? cause : new ObjectError("An object threw", { cause });
    };
    try {
      const result = callFromPython(hosted, method, args, keywords, apply);
      return result instanceof Promise ? result.catch(raise) : result;
    } catch (error) {
      return raise(error);
    }
  }

  #find(id: unknown): HostedObject {
    const hosted = this.#host.find(Number(id));
    if (hosted !== undefined) return hosted;
    throw new RemoteError(
      "Cannot call an object of a manager: it was removed when no process had a proxy of it; keep a proxy while you use it",
    );
  }

  #addReferences(hosted: HostedObject, count: 1 | -1): void {
    const references = (this.#references.get(hosted) ?? 0) + count;
    if (references < 0) throw new RemoteError(`Cannot release a ${hosted.type}: no client of Python has a proxy of it`);
    if (references === 0) this.#references.delete(hosted);
    else this.#references.set(hosted, references);
    hosted.addReferences(count);
  }

  #describe(hosted: HostedObject): { readonly token: PythonToken; readonly exposed: PythonTuple } {
    const token = PythonToken.create(typeIdForPython(hosted.type), this.#address, String(hosted.id));
    return { token, exposed: new PythonTuple(namesForPython(hosted)) };
  }

  /** The description of a proxy in a result. */
  #toPython(object: object): unknown {
    const link = isProxy(object) ? linkOf(object) : object;
    if (!(link instanceof HostedObject)) return undefined;
    link.keepInTransit();
    return new PythonProxy(this.#describe(link).token, namesForPython(link));
  }

  /** The proxy that a client has sent. */
  #fromPython(object: object): unknown {
    if (object instanceof PythonToken) return object;
    if (!(object instanceof PythonProxy)) return refuseObject(object);
    const { typeId, id } = object.token;
    const hosted = this.#host.find(Number(id));
    if (hosted !== undefined && typeIdForPython(hosted.type) === typeId) return hosted.localProxy();
    throw new RemoteError(`Cannot use a proxy of a ${typeId}: its object is not in this manager`);
  }
}

/** An error that an object threw, as `cause`. Other errors are those of the manager. */
class ObjectError extends Error {}
