/**
 * The address of a listener: a TCP host and port, the path of a Unix socket, an abstract socket name of Linux (begins
 * with NUL), or a named pipe of Windows (`\\.\pipe\…`).
 */
export type Address = string | TcpAddress;

/** A TCP address. */
export interface TcpAddress {
  /** A host name or an IP address. Default: `"127.0.0.1"`, which only this machine can reach. */
  readonly host?: string | undefined;
  /** 0…65535. With 0, the system chooses a free port for a listener. */
  readonly port: number;
}

/** An address as Node's `net` takes it. */
export type NetAddress = { readonly path: string } | { readonly host: string; readonly port: number };

const loopback = "127.0.0.1";
/** The longest path of a Unix socket, in bytes. The system or Node truncates a longer one. */
const longestPath = process.platform === "linux" ? 107 : 103;
const pipePrefix = "\\\\.\\pipe\\";

/** Whether only processes of this machine can connect to an address. `0.0.0.0` means another machine there. */
export function isOfThisMachine(address: Address | null): boolean {
  if (address === null || typeof address === "string") return true;
  const { host = loopback } = address;
  return /^(localhost|127\..*|::1|0\.0\.0\.0|::|::ffff:127\..*)$/i.test(host);
}

/**
 * Makes a relative socket path absolute, so that the address is valid in any working directory. Returns the path
 * unchanged when the absolute one is too long for a socket.
 */
export function toAbsolute(address: Address): Address {
  const isFile = typeof address === "string" && !/^$|^\0|^\\\\\.\\pipe/.test(address);
  if (!isFile) return address;
  const whole = process.getBuiltinModule("node:path").resolve(address);
  return Buffer.byteLength(whole) <= longestPath ? whole : address;
}

/**
 * Parses and checks an address.
 *
 * @throws {TypeError} when it is not an address; {RangeError} when this system does not support its kind.
 */
export function parseAddress(address: Address): NetAddress {
  if (typeof address === "string") {
    const isPipe = address.startsWith(pipePrefix);
    if (isPipe !== (process.platform === "win32")) {
      throw new RangeError(
        `Cannot use address ${JSON.stringify(address)}: ${isPipe ? "only Windows has named pipes, write a path or { port }" : "Windows has no Unix sockets here, write \\\\.\\pipe\\name or { port }"}`,
      );
    }
    if (address === "") throw new TypeError('Cannot use address "": write a path or { port }');
    if (address.startsWith("\0") && process.platform !== "linux") {
      throw new RangeError("Cannot use an abstract address: only Linux has them, write a path or { port }");
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
  if (host === "") throw new TypeError('Cannot use host "": write "0.0.0.0" for all addresses of this machine');
  if (typeof host !== "string") throw new TypeError("Cannot use host: write a name or an IP address");
  return { host, port };
}
