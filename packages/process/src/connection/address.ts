/**
 * Where a listener is: a host and a port, the path of a Unix socket, an abstract name of Linux (it begins with a NUL), or a
 * named pipe of Windows (`\\.\pipe\…`).
 */
export type Address = string | TcpAddress;

/** A place in TCP. */
export interface TcpAddress {
  /** A name or an IP address. Default: `"127.0.0.1"`; only this machine reaches that. */
  readonly host?: string | undefined;
  /** 0…65535; 0 lets the system choose one for a listener. */
  readonly port: number;
}

/** What Node's `net` calls a place. */
export type Place = { readonly path: string } | { readonly host: string; readonly port: number };

const loopback = "127.0.0.1";
/** The longest path that a socket can have, in bytes; the system cuts what is longer, or Node does. */
const longestPath = process.platform === "linux" ? 107 : 103;
const pipePrefix = "\\\\.\\pipe\\";

/**
 * The address as it is understood wherever this process goes: a relative path becomes an absolute one, unless that were too long
 * for a socket.
 */
export function wholeAddress(address: Address): Address {
  const isFile = typeof address === "string" && !/^$|^\0|^\\\\\.\\pipe/.test(address);
  if (!isFile) return address;
  const whole = process.getBuiltinModule("node:path").resolve(address);
  return Buffer.byteLength(whole) <= longestPath ? whole : address;
}

/**
 * Reads an address.
 *
 * @throws {TypeError} when it is none; {RangeError} when this system has none of its kind.
 */
export function placeOf(address: Address): Place {
  if (typeof address === "string") {
    const isPipe = address.startsWith(pipePrefix);
    if (isPipe !== (process.platform === "win32")) {
      throw new RangeError(
        `Cannot use address ${JSON.stringify(address)}: ${isPipe ? "named pipes are Windows' alone, write a path or { port }" : "Windows has no Unix sockets here, write \\\\.\\pipe\\name or { port }"}`,
      );
    }
    if (address === "") throw new TypeError('Cannot use address "": write a path or { port }');
    if (address.startsWith("\0") && process.platform !== "linux") {
      throw new RangeError("Cannot use an abstract address: Linux alone has them, write a path or { port }");
    }
    if (!isPipe && Buffer.byteLength(address) > longestPath) {
      throw new RangeError(
        `Cannot use address ${JSON.stringify(address)}: the path of a socket has ${longestPath} bytes at most, this has ${Buffer.byteLength(address)}; write a shorter one`,
      );
    }
    return { path: address };
  }
  if (typeof address !== "object" || address === null || !("port" in address)) {
    throw new TypeError(
      `Cannot read an address: it is ${address === null ? "null" : typeof address}, write a path or { host, port }`,
    );
  }
  const { host = loopback, port } = address;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`Cannot use port ${port}: write a whole number from 0 to 65535`);
  }
  if (typeof host !== "string" || host === "") throw new TypeError("Cannot use host: write a name or an IP address");
  return { host, port };
}
