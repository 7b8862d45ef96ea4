import type { Server, Socket } from "node:net";
import { ValueRefusal } from "../codec/refusal.ts";
import { copyDescriptor } from "./descriptor.ts";

/** What Node keeps of a socket or a server: an object of its own, around a handle of libuv. */
interface NodeHandle {
  readonly fd: number;
  reading?: boolean;
  readStop?(): void;
  readStart?(): void;
  getsockname?: unknown;
  close(): void;
}

interface WithHandle {
  _handle: NodeHandle | null;
}

const handleOf = (object: Socket | Server) => (object as unknown as WithHandle)._handle;

/** The descriptor of an open socket or server. */
export function descriptorOf(object: Socket | Server): number {
  return handleOf(object)?.fd ?? -1;
}

/**
 * Checks that a socket or a server can be sent.
 *
 * @throws {ValueRefusal} with the fix.
 */
export function checkSendable(object: Socket | Server): void {
  const { Socket, Server } = process.getBuiltinModule("node:net");
  const own: object = Object.getPrototypeOf(object);
  if (own !== Socket.prototype && own !== Server.prototype) throw new ValueRefusal(reasonOf(own.constructor.name));
  if (descriptorOf(object) >= 0) return;
  if (object instanceof Socket) throw new ValueRefusal('is not connected; await once(socket, "connect") first');
  if (object.listening) {
    throw new ValueRefusal(
      "belongs to the primary process of node:cluster; listen with { exclusive: true }, or start the program without node:cluster",
    );
  }
  throw new ValueRefusal('does not listen; await once(server, "listening") first');
}

function reasonOf(className: string): string {
  if (className === "TLSSocket")
    return "has the state of its encryption in this process; send the net.Socket before it is wrapped, and encrypt in the child";
  if (className.endsWith("Server"))
    return 'calls functions of this process; send a net.Server, and write in the child: server.on("connection", (socket) => own.emit("connection", socket))';
  return "is not of the class net.Socket itself, and has state in this process; send the net.Socket that it uses";
}

/**
 * Stops reading from a socket that is sent, so that this process takes no bytes from the receiver. `resume()` reads
 * again.
 *
 * @returns the bytes that were read already and that the program has not taken.
 */
export function stopReading(socket: Socket): Buffer {
  const handle = handleOf(socket);
  const encoding = socket.readableEncoding ?? undefined;
  socket.pause();
  const rest: unknown = socket.readableLength > 0 ? socket.read() : null;
  if (handle?.reading === true) {
    handle.reading = false;
    handle.readStop?.();
    // The stream still waits for the read that was stopped, and asks for no other.
    socket.once("resume", () => {
      if (handle !== handleOf(socket) || handle.reading === true) return;
      handle.reading = true;
      handle.readStart?.();
    });
  }
  if (rest === null) return Buffer.alloc(0);
  return typeof rest === "string" ? Buffer.from(rest, encoding) : (rest as Buffer);
}

/** Servers that accept nothing, since no listener in this process gets their connections. */
const idle = new WeakSet<Server>();

/**
 * Makes a server accept connections when it gets a "connection" listener, and not before: no code would serve them. It
 * is open, with its address, and can be sent.
 *
 * @param fd a copy of its descriptor, which the server owns from now on. What it had before is closed.
 */
export function acceptWhenHeard(server: Server, fd: number): void {
  const { Socket } = process.getBuiltinModule("node:net");
  const own = server as unknown as WithHandle;
  const before = own._handle;
  const handle = handleOf(new Socket({ fd, readable: true, writable: true, manualStart: true } as object));
  own._handle = handle;
  before?.close();
  idle.add(server);
  const accept = (event: string | symbol) => {
    if (event !== "connection") return;
    server.off("newListener", accept);
    idle.delete(server);
    // It was closed before.
    if (own._handle !== handle || handle === null) return;
    const copy = copyDescriptor(handle.fd);
    own._handle = null;
    handle.close();
    // `exclusive`: in a worker of node:cluster, Node would ask the primary process to listen.
    server.listen({ fd: copy, exclusive: true });
  };
  server.on("newListener", accept);
}

/** Whether a server accepts TCP connections, and no listener in this process gets them. */
export function acceptsUnheard(server: Server): boolean {
  return !idle.has(server) && server.listenerCount("connection") === 0 && typeof server.address() !== "string";
}
