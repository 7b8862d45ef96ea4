import type { Server, Socket } from "node:net";
import { closeDescriptor } from "../posix/calls/descriptors.ts";
import { onForkInChild } from "../posix/fork/fork-hooks.ts";
import { copyDescriptor } from "./descriptor.ts";
import { makeTicket, secretLength } from "./descriptor-protocol.ts";
import { createPrivatePath, type PrivatePath } from "./private-path.ts";

/** A copy of a descriptor that waits for its receiver. */
export interface HeldDescriptor {
  /** What the message holds: from it, the receiver gets the copy. */
  readonly ticket: ThreadTicket | string;
  /** Closes the copy, unless it was received. Idempotent. @returns whether it was not received. */
  release(): boolean;
}

/** For a thread of this process, which opens the same copy. */
export interface ThreadTicket {
  readonly fd: number;
  /** One word: 0, or 1 once the copy belongs to the receiver or was closed. */
  readonly taken: Int32Array;
}

/** Copies a descriptor for another thread of this process. */
export function holdForThread(fd: number): HeldDescriptor {
  const ticket = { fd: copyDescriptor(fd), taken: new Int32Array(new SharedArrayBuffer(4)) };
  const release = () => {
    const isOurs = Atomics.compareExchange(ticket.taken, 0, 0, 1) === 0;
    if (isOurs) closeDescriptor(ticket.fd);
    return isOurs;
  };
  return { ticket, release };
}

/** The copies that wait for other processes, by the secret of their ticket. */
const held = new Map<string, number>();
let listening: { readonly server: Server; readonly address: PrivatePath } | undefined;

// The child has the parent's copies too, and its listening socket is not its own.
onForkInChild(() => {
  for (const fd of held.values()) closeDescriptor(fd);
  held.clear();
  listening = undefined;
});

/**
 * Copies a descriptor for another process. The receiver fetches the copy from this process at a Unix socket, which is
 * open while copies wait. It does not keep the program alive.
 *
 * Source: Python's `multiprocessing.resource_sharer`.
 */
export function holdForProcess(fd: number): HeldDescriptor {
  const copy = copyDescriptor(fd);
  const { path } = address();
  const secret = process
    .getBuiltinModule("node:crypto")
    .randomBytes(secretLength / 2)
    .toString("hex");
  held.set(secret, copy);
  const release = () => {
    const isHeld = held.has(secret);
    if (isHeld) closeDescriptor(copy);
    forget(secret);
    return isHeld;
  };
  return { ticket: makeTicket(secret, path), release };
}

function address(): PrivatePath {
  if (listening !== undefined) return listening.address;
  const address = createPrivatePath();
  const server = process.getBuiltinModule("node:net").createServer((socket) => void serve(socket));
  server.on("error", () => {});
  // Bound when this returns, as paths are. `exclusive`: a worker of node:cluster listens here itself.
  server.listen({ path: address.path, exclusive: true }).unref();
  listening = { server, address };
  return address;
}

async function serve(socket: Socket): Promise<void> {
  socket.on("error", () => {});
  const { serveConnection } = await import("./give-descriptor.ts");
  serveConnection(socket, (secret, send) => {
    const fd = held.get(secret);
    if (fd === undefined) throw new Error("Cannot give a descriptor: it is not held");
    send(fd);
    closeDescriptor(fd);
    forget(secret);
  });
}

function forget(secret: string): void {
  held.delete(secret);
  if (held.size > 0 || listening === undefined) return;
  listening.server.close();
  listening.address.remove();
  listening = undefined;
}
