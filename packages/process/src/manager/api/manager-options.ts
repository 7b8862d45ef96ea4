import type { Address } from "../../connection/address.ts";
import type { StartMethodName } from "../../start/start-method.ts";

/** Options of a `Manager`. */
export interface ManagerOptions {
  /** The address to listen at, or to connect to. Default: a new Unix socket that only this user can reach. */
  readonly address?: Address;
  /** The key that every client must have. Default: the key that this program and its children share. */
  readonly authKey?: Uint8Array;
  /** Default: that of the class's context, or the default start method. */
  readonly startMethod?: StartMethodName;
  /**
   * How long `shutdown()` waits for the process to exit before it terminates it, and again before it kills it.
   * Default: 1000.
   */
  readonly shutdownTimeoutMs?: number;
  /** The longest message that either side accepts, in bytes. Default: 256 MiB. */
  readonly maxMessageBytes?: number;
  /**
   * How clients at `address` speak. `"pickle"` is the protocol of Python's managers, for plain data: clients may be
   * Python's, and `connect()` connects to a manager of Python. The program that started the manager, and its children,
   * use `"v8"` in any case. Default: `"v8"`.
   */
  readonly serializer?: "v8" | "pickle";
}
