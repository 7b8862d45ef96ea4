import type { Socket } from "node:net";
import { sendDescriptors } from "../posix/calls/descriptors.ts";
import { carrierMark, notHeld, requestLength, sent } from "./descriptor-protocol.ts";
import { descriptorOf } from "./socket-handle.ts";

interface Receiver {
  carrier?: Socket;
  signal?: Socket;
}

/** Receivers of which one connection has come, by secret. */
const receivers = new Map<string, Receiver>();

/**
 * Serves one connection of a receiver.
 *
 * @param give sends the descriptor that has this secret. Throws when there is none.
 */
export function serveConnection(socket: Socket, give: (secret: string, send: (fd: number) => void) => void): void {
  let request = "";
  socket.setEncoding("latin1").on("data", (piece: string) => {
    if (request.length >= requestLength) return;
    request += piece;
    if (request.length < requestLength) return;
    const secret = request.slice(1, requestLength);
    const receiver = receivers.get(secret) ?? {};
    receivers.set(secret, receiver);
    receiver[request.startsWith(carrierMark) ? "carrier" : "signal"] = socket;
    socket.once("close", () => receivers.delete(secret));
    const { carrier, signal } = receiver;
    if (carrier === undefined || signal === undefined) return;
    try {
      give(secret, (fd) => sendDescriptors(descriptorOf(carrier), Buffer.alloc(1), [fd]));
      signal.end(sent);
    } catch {
      signal.end(notHeld);
    }
  });
}
