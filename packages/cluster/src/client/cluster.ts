import type { Engine } from "@manyhands/process";
import { ClusterClient } from "./cluster-client.ts";
import { type ClusterOptions, checkClusterOptions } from "./cluster-options.ts";

/**
 * Makes an engine whose workers are on other machines, wherever `npx manyhands worker --connect URL` runs. Give it to a
 * `Pool` or a `ProcessPoolExecutor` as the option `engine`; several of them may share it.
 *
 * A pool without `processes` has as many workers as the worker programs have processors at the time.
 *
 * The connections are open while a pool has workers. They do not keep the program alive.
 *
 * @param url the address of a Redis or Valkey: `redis://HOST:PORT`, or `rediss://` with TLS. The README has the forms
 *   for Sentinel and a Redis Cluster.
 * @throws {TypeError} or {RangeError} when an option is invalid; {ClusterError} when there is no `authKey` and the URL
 *   is not a loopback address.
 *
 * @example
 * await using pool = new Pool({ engine: cluster("redis://127.0.0.1:6379"), processes: 8 });
 * const sizes = await pool.map(sizeOf, files);
 */
export function cluster(url: string, options: ClusterOptions = {}): Engine {
  const client = new ClusterClient(checkClusterOptions(url, options));
  return {
    startMethod: "cluster",
    reach: "machine",
    get roundTripMs() {
      return client.roundTripMs;
    },
    onCapacity: (listener) => client.workers.onCapacity(listener),
    launch: (spec, onMessage) => client.launch(spec, onMessage),
  };
}
