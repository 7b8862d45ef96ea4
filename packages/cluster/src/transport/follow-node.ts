import type { RedisOptions } from "ioredis";
import { isLoopback, type ServerAddress } from "../base/redis-url.ts";

/** How long to wait before another attempt to connect, or to read or take a seat after an error, in milliseconds. */
export const retryMs = 200;

/** The errors of a server that cannot serve the keys now: a replica, or a node of a Redis Cluster that is changed. */
const notNow = /\bREADONLY\b|^(?:CLUSTERDOWN|ASK|TRYAGAIN)\b/;
/** The error of a node of a Redis Cluster that names the node with the keys. */
const moved = /^MOVED \d+ (.*):(\d+)$/;

/**
 * Makes a connection follow the keys, all of which have one hash tag: to the primary when its server has become a
 * replica, and to the node of a Redis Cluster that has them. While no server answers, it tries one after the other.
 *
 * @param servers some nodes of the Redis Cluster; the only server when there is none.
 * @param action what ioredis does with a command that the server cannot serve; it connects again before.
 */
export function followNode(
  servers: readonly ServerAddress[],
  action: true | 2,
  onError: (error: Error) => void,
): Pick<RedisOptions, "retryStrategy" | "reconnectOnError"> {
  // Without a key, only a Redis on this machine is used.
  const isLocal = servers.every(({ host }) => isLoopback(host));
  // ioredis calls both as methods of the options of a connection, which has copies when it was duplicated.
  return {
    retryStrategy(this: RedisOptions, attempts: number) {
      if (attempts > 1) Object.assign(this, servers[attempts % servers.length]);
      return retryMs;
    },
    reconnectOnError(this: RedisOptions, error: Error) {
      const [, host, port] = moved.exec(error.message) ?? [];
      if (port !== undefined && !(isLocal && !isLoopback(host || "localhost"))) {
        Object.assign(this, { ...(host && { host }), port: Number(port) });
        return action;
      }
      if (!notNow.test(error.message)) return false;
      onError(error);
      return action;
    },
  };
}
