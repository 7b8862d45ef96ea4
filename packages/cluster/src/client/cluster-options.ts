import type { ConnectionOptions as TlsOptions } from "node:tls";
import { checkLease, checkMs, checkName, checkUrl } from "../base/check-options.ts";
import { checkKeyNeeded, keyBytes } from "../base/cluster-key.ts";

/** The options of {@link cluster}. */
export interface ClusterOptions {
  /** The name of the cluster: worker programs of the same name serve it. Default: `"manyhands"`. */
  readonly name?: string;
  /**
   * The key of the cluster, the same at both sides, at least 16 bytes. Messages are sealed with it. Required unless the
   * Redis is at a loopback address.
   */
  readonly authKey?: Uint8Array | string;
  /**
   * How long the workers go on without a sign of this program, in milliseconds, ≥ 1000. Default: 10 000.
   */
  readonly leaseMs?: number;
  /**
   * How long a pool waits while no worker program serves it, in milliseconds. After that, its calls reject with a
   * {@link ClusterError}, and the pool is broken. Default: 5000 while all worker programs refuse this program, because
   * of its key or its modules, else no limit; a warning is emitted after 5 seconds.
   */
  readonly seatWaitMs?: number;
  /** Options of TLS, as of Node's `tls.connect()`, for a `rediss://` URL. Default: Node's. */
  readonly tls?: TlsOptions;
}

/** The options of a client, checked and complete. */
export interface ClientOptions {
  readonly url: string;
  readonly name: string;
  readonly key: Uint8Array;
  readonly leaseMs: number;
  readonly seatWaitMs: number;
  readonly tls: TlsOptions | undefined;
}

const optionNames = ["name", "authKey", "leaseMs", "seatWaitMs", "tls"];

/** @throws {TypeError}, {RangeError} or {ClusterError} that says what to write. */
export function checkClusterOptions(url: string, options: ClusterOptions): ClientOptions {
  checkUrl("use a cluster", url);
  for (const key of Object.keys(options)) {
    if (!optionNames.includes(key)) {
      throw new TypeError(
        `Cannot use a cluster: there is no option "${key}", the options are ${optionNames.join(", ")}`,
      );
    }
  }
  const { name = "manyhands", authKey, leaseMs = 10_000, seatWaitMs = Number.POSITIVE_INFINITY, tls } = options;
  checkName("use a cluster", name);
  checkLease("use a cluster", leaseMs);
  checkMs("use a cluster", "seatWaitMs", seatWaitMs, 0);
  checkKeyNeeded("Cannot use a cluster at", url, authKey);
  return { url, name, key: keyBytes(authKey), leaseMs, seatWaitMs, tls };
}
