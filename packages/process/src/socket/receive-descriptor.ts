import type { Socket } from "node:net";
import { ClosedError } from "../base/errors.ts";
import { receiveDescriptors } from "../posix/calls/descriptors.ts";
import { carrierMark, sent, signalMark, splitTicket } from "./descriptor-protocol.ts";
import type { ThreadTicket } from "./held-descriptors.ts";
import { descriptorOf } from "./socket-handle.ts";

/**
 * Gets the copy of a descriptor that the sender holds for this receiver. This process owns it from now on.
 *
 * @throws {ClosedError} when the sender has ended, has taken it back, or another receiver has it.
 */
export async function receiveDescriptor(ticket: unknown): Promise<number> {
  return typeof ticket === "string" ? fetchDescriptor(ticket) : takeFromThread(ticket as ThreadTicket);
}

function takeFromThread({ fd, taken }: ThreadTicket): number {
  if (Atomics.compareExchange(taken, 0, 0, 1) === 0) return fd;
  throw notReceived("the sender has taken it back, or another thread has it");
}

async function fetchDescriptor(ticket: string): Promise<number> {
  const { secret, path } = splitTicket(ticket);
  const { connect } = process.getBuiltinModule("node:net");
  const [carrier, signal] = [connect({ path }), connect({ path })];
  carrier.pause().on("error", () => {});
  try {
    const answer = firstPiece(signal);
    carrier.write(carrierMark + secret);
    signal.write(signalMark + secret);
    if ((await answer) !== sent) throw new Error("the sender has taken it back, or another process has it");
    const [fd] = receiveDescriptors(descriptorOf(carrier), Buffer.alloc(1), 1).fds;
    if (fd === undefined) throw new Error("this process has no free descriptor");
    return fd;
  } catch (cause) {
    throw notReceived((cause as Error).message, { cause });
  } finally {
    carrier.destroy();
    signal.destroy();
  }
}

function firstPiece(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    socket.once("data", (piece) => resolve(piece.toString("latin1")));
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("the connection was closed")));
  });
}

function notReceived(why: string, options?: ErrorOptions): ClosedError {
  return new ClosedError(
    `Cannot receive a socket or a server: ${why}; let the sender run until the receiver has it, and send it once for each receiver`,
    options,
  );
}
