import type { Socket } from "node:net";
import { timedOut, type WaitOptions, withDeadline } from "../base/deadline.ts";
import { TimeoutError } from "../base/errors.ts";
import { checkOptionKeys } from "../base/options.ts";
import { explainDenied } from "../base/permission.ts";
import { type Address, type NetAddress, parseAddress } from "./address.ts";
import { checkAuthKey } from "./authentication.ts";
import { type Handshake, pythonHandshake } from "./handshake.ts";
import { serializerNamed } from "./serializer.ts";
import { SocketConnection } from "./socket-connection.ts";
import type { SocketConnectionOptions } from "./socket-connection-options.ts";

/** Options of `Client()`. */
export interface ClientOptions extends SocketConnectionOptions, WaitOptions {
  /** The key that both sides must have. Default: no authentication. */
  readonly authKey?: Uint8Array | undefined;
  /** Whether to accept HMAC-MD5, the only method of Python up to 3.11. Default: true. */
  readonly allowMd5?: boolean | undefined;
}

/**
 * Connects to a listener of this package or of Python's `multiprocessing.connection`.
 *
 * @param address the listener's address.
 * @param options.authKey with a key, each side proves to the other that it has it. The key itself is not sent.
 * @param options.timeoutMs limit of connecting, and of each step of the handshake. Default: no limit.
 * @throws {AuthenticationError} when the keys differ; Node's error when nothing listens at the address (`code`
 *   `ECONNREFUSED`, `ENOENT`).
 * @throws {TimeoutError} when time ran out.
 *
 * @example
 * using connection = await Client({ port: 6000 }, { authKey: Buffer.from("secret") });
 * await connection.sendBytes(Buffer.from("hello"));
 */
export async function Client(address: Address, options: ClientOptions = {}): Promise<SocketConnection> {
  checkOptionKeys("Client", options, ["authKey", "allowMd5", "serializer", "maxMessageBytes", "timeoutMs", "signal"]);
  return connectTo(address, options, pythonHandshake);
}

/** Connects by a handshake of choice. */
export async function connectTo(
  address: Address,
  options: ClientOptions,
  handshake: Handshake,
): Promise<SocketConnection> {
  const netAddress = parseAddress(address);
  const { authKey, allowMd5, timeoutMs, signal } = options;
  if (authKey !== undefined) checkAuthKey(authKey);
  serializerNamed(options.serializer);
  const socket = await connect(netAddress, { timeoutMs, signal });
  const connection = new SocketConnection(socket, options);
  if (authKey === undefined) return connection;
  try {
    await handshake.connect(connection, authKey, { allowMd5, timeoutMs, signal });
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

async function connect(netAddress: NetAddress, options: WaitOptions): Promise<Socket> {
  options.signal?.throwIfAborted();
  const socket = process.getBuiltinModule("node:net").connect({ ...netAddress, noDelay: true });
  try {
    const connected = new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    if ((await withDeadline(connected, options)) !== timedOut) return socket;
  } catch (error) {
    socket.destroy();
    throw explainDenied(error, "Cannot connect");
  }
  socket.destroy();
  throw new TimeoutError(`Not connected within ${options.timeoutMs} ms: wait longer, or check that the listener runs`);
}
