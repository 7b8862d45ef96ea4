import { Redis, type RedisOptions } from "ioredis";
import { ClusterError } from "../base/cluster-error.ts";
import { withoutPassword } from "../base/cluster-key.ts";

/** How long to wait before another attempt to connect, or to take a seat after an error, in milliseconds. */
export const retryMs = 200;

/** Redis' own limit of a value, `proto-max-bulk-len`, in bytes. */
const defaultLimit = 512 * 2 ** 20;
/** What the seal and the names of a message need beside it, in bytes. */
const overhead = 1024;
/** The largest value that a server with Redis' own limit takes, in bytes. */
export const defaultMostBytes = defaultLimit - overhead;

/** How the connections of a client or a worker program are made. */
export interface ConnectionOptions {
  readonly url: string;
  /** Options of TLS, as of Node's `tls.connect()`. */
  readonly tls?: RedisOptions["tls"];
  /** Whether an open connection keeps this program alive. */
  readonly keepsAlive: boolean;
}

/** Opens a connection to Redis. It reconnects until it is closed; commands wait until then. */
export function connect({ url, tls, keepsAlive }: ConnectionOptions, onError: (error: Error) => void): Redis {
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: () => retryMs,
    noDelay: true,
    ...(tls !== undefined && { tls }),
  });
  redis.on("error", onError);
  if (keepsAlive) return redis;
  redis.on("connect", () => redis.stream.unref());
  redis.on("reconnecting", () => {
    (redis as unknown as { readonly reconnectTimeout: NodeJS.Timeout | null }).reconnectTimeout?.unref();
  });
  return redis;
}

/**
 * Checks that a Redis keeps what it is given.
 *
 * @throws {ClusterError} when it may evict keys: then messages and leases would vanish.
 */
export async function checkEviction(redis: Redis, url: string): Promise<void> {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info("memory"))?.[1];
  if (policy === undefined || policy === "noeviction") return;
  throw new ClusterError(
    `Cannot use ${withoutPassword(url)}: its maxmemory-policy is ${policy}, which drops messages when memory is short; ` +
      "set maxmemory-policy to noeviction there",
  );
}

/** The largest value that a Redis takes, in bytes. One that does not let this account ask has Redis' own limit. */
export async function readMostBytes(redis: Redis): Promise<number> {
  const [, limit] = (await redis.config("GET", "proto-max-bulk-len").catch(() => [])) as string[];
  return limit === undefined ? defaultMostBytes : Number(limit) - overhead;
}
