import type { Server, Socket } from "node:net";
import { otherMachineError } from "../base/other-machine-error.ts";
import { addRollback } from "../base/send-rollback.ts";
import type { FormWriter } from "../codec/form.ts";
import { transferListOf } from "../codec/transfer.ts";
import { copyDescriptor } from "./descriptor.ts";
import { holdForProcess, holdForThread } from "./held-descriptors.ts";
import { type SocketData, settingsOf } from "./open-socket.ts";
import { acceptsUnheard, acceptWhenHeard, checkSendable, descriptorOf, stopReading } from "./socket-handle.ts";
import { type SocketForm, socketKind } from "./socket-readers.ts";

/** Writes sockets and servers as copies of their descriptors. The sender keeps its own, and closes it. */
export const socketWriter: FormWriter<Socket | Server> = {
  kind: socketKind,
  isExplicit: true,
  matches: isSocketOrServer,
  visit: (object) => checkSendable(object as Socket | Server),
  write(object, to): SocketForm {
    if (to.reach === "machine") throw otherMachineError(object.constructor.name);
    const fd = descriptorOf(object);
    const { ticket, release } = to.reach === "thread" ? holdForThread(fd) : holdForProcess(fd);
    const data = describeSocket(object);
    addRollback(() => {
      if (release() && data.type === "socket" && data.unread.length > 0) (object as Socket).unshift(data.unread);
    });
    return { index: to.addDescriptor(ticket), data };
  },
};

/** Whether a value is a socket or a server, of Node or of a class that extends one. */
export function isSocketOrServer(value: object): value is Socket | Server {
  if (!("_handle" in value) || transferListOf(value) !== undefined) return false;
  const { Socket, Server } = process.getBuiltinModule("node:net");
  return value instanceof Socket || value instanceof Server;
}

/** Describes a socket or a server for its receiver, from whom this process takes no bytes and connections any more. */
export function describeSocket(object: Socket | Server): SocketData {
  if (object instanceof process.getBuiltinModule("node:net").Socket)
    return { type: "socket", allowHalfOpen: object.allowHalfOpen, unread: stopReading(object) };
  if (acceptsUnheard(object)) acceptWhenHeard(object, copyDescriptor(descriptorOf(object)));
  return { type: "server", settings: settingsOf(object) };
}
