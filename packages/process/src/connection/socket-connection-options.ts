import type { Socket } from "node:net";
import type { SerializerName } from "./serializer.ts";

/** Options of a connection over a socket. */
export interface SocketConnectionOptions {
  /** How `send` and `recv` serialize values. Default: `"v8"`. */
  readonly serializer?: SerializerName | undefined;
  /** The longest message to accept, in bytes. Default: the largest buffer that Node supports. */
  readonly maxMessageBytes?: number | undefined;
}

/** A connection in a message. */
export interface SocketConnectionData {
  readonly socket: Socket;
  readonly serializer: SerializerName;
  readonly maxMessageBytes: number;
  readonly isTrusted: boolean;
  readonly unread: Buffer;
}
