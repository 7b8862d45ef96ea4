/** The address of a server. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/** What a URL says of a Redis. */
export interface RedisUrl {
  /** The Redis, or nodes of one Redis Cluster, or sentinels. */
  readonly servers: readonly [ServerAddress, ...ServerAddress[]];
  /** The name by which the servers, which are sentinels, know the Redis; `undefined` when they are no sentinels. */
  readonly watchedName: string | undefined;
  readonly isTls: boolean;
  /** The URL of the first server alone. */
  readonly first: string;
}

const pattern = /^(rediss?)(\+sentinel)?:\/\/(.*@)?([^@/?#]+)(\/[^?#]*)?(\?.*)?$/s;

/** Reads `redis://HOST:PORT,HOST:PORT`, or `redis+sentinel://HOST:PORT,HOST:PORT/NAME`; else `undefined`. */
export function parseRedisUrl(url: string): RedisUrl | undefined {
  const [, scheme, sentinel, account = "", hosts = "", path = "", query = ""] = pattern.exec(url) ?? [];
  const watchedName = sentinel === undefined ? undefined : path.slice(1);
  if (scheme === undefined || watchedName === "" || watchedName?.includes("/")) return undefined;
  const urls = hosts.split(",").map((host) => `${scheme}://${account}${host}${sentinel ? "" : path}${query}`);
  if (!urls.every((text) => URL.canParse(text))) return undefined;
  const [first, ...others] = urls.map((text) => addressOf(text, sentinel ? 26379 : 6379));
  if (first === undefined) return undefined;
  return { servers: [first, ...others], watchedName, isTls: scheme === "rediss", first: urls[0] as string };
}

/** Whether a host is this machine. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function addressOf(url: string, defaultPort: number): ServerAddress {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || defaultPort) };
}
