import type { Socket } from "node:net";
import { timedOut, type WaitOptions, withDeadline } from "../base/deadline.ts";
import { TimeoutError } from "../base/errors.ts";
import { checkOptionKeys } from "../base/options.ts";
import { type Address, type Place, placeOf } from "./address.ts";
import { answerChallenge, checkAuthKey, deliverChallenge } from "./authentication.ts";
import { serializer } from "./serializer.ts";
import { SocketConnection, type SocketConnectionOptions } from "./socket-connection.ts";

/** How a client connects. */
export interface ClientOptions extends SocketConnectionOptions, WaitOptions {
  /** What both sides must know. Default: nobody asks. */
  readonly authKey?: Uint8Array | undefined;
  /** Whether HMAC-MD5, all that Python up to 3.11 knows, will do. Default: true. */
  readonly allowMd5?: boolean | undefined;
}

/**
 * Connects to a listener, of this package or of Python's `multiprocessing.connection`.
 *
 * @param address where the listener is.
 * @param options.authKey when given, each side shows the other that it knows it. It is not sent.
 * @param options.timeoutMs how long connecting, and each step of the handshake, may take. Default: no limit.
 * @throws {AuthenticationError} when the keys differ; what Node throws when nobody listens there (`code` `ECONNREFUSED`, `ENOENT`).
 * @throws {TimeoutError} when time ran out.
 *
 * @example
 * using connection = await Client({ port: 6000 }, { authKey: Buffer.from("secret") });
 * await connection.sendBytes(Buffer.from("hello"));
 */
export async function Client(address: Address, options: ClientOptions = {}): Promise<SocketConnection> {
  checkOptionKeys("Client", options, ["authKey", "allowMd5", "serializer", "maxMessageBytes", "timeoutMs", "signal"]);
  const place = placeOf(address);
  const { authKey, allowMd5, timeoutMs, signal } = options;
  if (authKey !== undefined) checkAuthKey(authKey);
  serializer(options.serializer);
  const socket = await connect(place, { timeoutMs, signal });
  const connection = new SocketConnection(socket, options);
  if (authKey === undefined) return connection;
  try {
    await answerChallenge(connection, authKey, { allowMd5, timeoutMs, signal });
    await deliverChallenge(connection, authKey, { allowMd5, timeoutMs, signal });
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function connect(place: Place, options: WaitOptions): Promise<Socket> {
  options.signal?.throwIfAborted();
  const socket = process.getBuiltinModule("node:net").connect({ ...place, noDelay: true });
  try {
    const connected = new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    if ((await withDeadline(connected, options)) !== timedOut) return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
  socket.destroy();
  throw new TimeoutError(
    `Not connected within ${options.timeoutMs} ms: wait longer, or see whether the listener lives`,
  );
}
