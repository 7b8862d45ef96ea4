import { Redis, type RedisOptions, ReplyError } from "ioredis";
import { ClusterError } from "../base/cluster-error.ts";
import { withoutPassword } from "../base/cluster-key.ts";
import { parseRedisUrl, type RedisUrl } from "../base/redis-url.ts";
import { followNode, retryMs } from "./follow-node.ts";
import { closeWhenSilent } from "./silent-connection.ts";

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

/** What ioredis does after an error: it connects again, and sends the command again. */
const resend = 2;

/**
 * Opens a connection to Redis. It reconnects until it is closed, also when the server has become a replica, or when its
 * machine has vanished; commands wait until then.
 */
export function connect(options: ConnectionOptions, onError: (error: Error) => void): Redis {
  return open(options, onError, null, resend);
}

/** Opens a connection as {@link connect} does, which fails all commands when it is cut. */
export function connectReader(options: ConnectionOptions, onError: (error: Error) => void): Redis {
  return open(options, onError, 0, true);
}

function open(
  { url, tls, keepsAlive }: ConnectionOptions,
  onError: (error: Error) => void,
  maxRetriesPerRequest: number | null,
  onOtherNode: true | typeof resend,
): Redis {
  const { servers, watchedName, isTls, first } = parseRedisUrl(url) as RedisUrl;
  const redis = new Redis(first, {
    maxRetriesPerRequest,
    noDelay: true,
    ...followNode(servers, onOtherNode, onError),
    ...(tls !== undefined && { tls }),
    ...(watchedName !== undefined && sentinelOptions(servers, watchedName, isTls ? (tls ?? {}) : undefined)),
  });
  redis.on("error", onError);
  redis.once("end", closeWhenSilent(redis));
  if (keepsAlive) return redis;
  redis.on("connect", () => redis.stream.unref());
  redis.on("reconnecting", () => {
    (redis as unknown as { readonly reconnectTimeout: NodeJS.Timeout | null }).reconnectTimeout?.unref();
  });
  return redis;
}

function sentinelOptions(
  sentinels: RedisUrl["servers"],
  name: string,
  tls: RedisOptions["tls"],
): Omit<RedisOptions, "replyMapping"> {
  const secured = tls && { tls, sentinelTLS: tls, enableTLSForSentinelMode: true };
  return { sentinels: [...sentinels], name, sentinelRetryStrategy: () => retryMs, ...secured };
}

/**
 * Checks that a Redis lets this account in and keeps what it is given.
 *
 * @param key one of the keys: in a Redis Cluster, they decide which node is used.
 * @throws {ClusterError} when it may evict keys: then messages and leases would vanish.
 */
export async function checkServer(redis: Redis, url: string, key: string): Promise<void> {
  const memory = await redis
    .exists(key)
    .then(() => redis.info("memory"))
    .catch((error: Error) => {
      if (!(error instanceof ReplyError)) throw error;
      throw new ClusterError(
        /^MOVED /.test(error.message)
          ? `Cannot use ${withoutPassword(url)}: its Redis Cluster has the keys on another machine, as it says by ` +
              `"${error.message}"; write the address of that machine`
          : `Cannot use ${withoutPassword(url)}: it refuses this account with "${error.message}"; give an account in ` +
              "the URL, redis://USER:PASSWORD@HOST:PORT, that may use the commands which the README of " +
              "@manyhands/cluster lists",
        { cause: error },
      );
    });
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
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
