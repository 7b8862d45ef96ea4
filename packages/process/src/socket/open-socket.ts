import type { Server, Socket } from "node:net";
import { acceptWhenHeard } from "./socket-handle.ts";

/** A socket or a server in a message, without its descriptor. */
export type SocketData =
  | { readonly type: "socket"; readonly allowHalfOpen: boolean; readonly unread: Buffer }
  | { readonly type: "server"; readonly settings: ServerSettings };

/** What a server passes to the sockets that it accepts. */
export type ServerSettings = Readonly<Record<(typeof serverSettings)[number], unknown>>;

const serverSettings = [
  "allowHalfOpen",
  "pauseOnConnect",
  "noDelay",
  "keepAlive",
  "keepAliveInitialDelay",
  "highWaterMark",
  "maxConnections",
] as const;

/** The settings of a server. */
export function settingsOf(server: Server): ServerSettings {
  const own = server as unknown as Record<string, unknown>;
  return Object.fromEntries(serverSettings.map((name) => [name, own[name]])) as ServerSettings;
}

/** Opens a socket or a server over a descriptor, which it owns. */
export function openDescriptor(fd: number, data: SocketData): Socket | Server {
  const net = process.getBuiltinModule("node:net");
  if (data.type === "socket") {
    const { allowHalfOpen, unread } = data;
    const socket = new net.Socket({ fd, allowHalfOpen, readable: true, writable: true });
    if (unread.byteLength > 0) socket.unshift(unread);
    return socket;
  }
  const settings = Object.entries(data.settings).filter(([, value]) => value !== undefined);
  const server = new net.Server(Object.fromEntries(settings) as object);
  if (data.settings.maxConnections !== undefined) server.maxConnections = data.settings.maxConnections as number;
  acceptWhenHeard(server, fd);
  return server;
}
