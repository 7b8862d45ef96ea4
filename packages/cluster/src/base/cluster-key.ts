import { ClusterError } from "./cluster-error.ts";
import { isLoopback, parseRedisUrl } from "./redis-url.ts";

/** The bytes of a cluster's key. No key has no bytes: then seals only show that a message was not damaged. */
export function keyBytes(authKey: Uint8Array | string | undefined): Uint8Array {
  if (authKey === undefined) return new Uint8Array(0);
  const bytes = typeof authKey === "string" ? Buffer.from(authKey) : authKey;
  if (!(bytes instanceof Uint8Array) || bytes.length < 16) {
    throw new TypeError(
      "Cannot use authKey: it is no text or bytes of 16 or more; write the output of `openssl rand -hex 32`",
    );
  }
  // A copy: the caller may reuse its memory, and hashes are kept for a key.
  return Uint8Array.from(bytes);
}

/**
 * Refuses to use a Redis that other machines can reach without a key: who writes to it would run code on every worker.
 *
 * @throws {ClusterError} when there is no key and the address is not a loopback address. Sentinels may give any other
 *   address.
 */
export function checkKeyNeeded(attempt: string, url: string, authKey: unknown): void {
  const { servers = [], watchedName } = parseRedisUrl(url) ?? {};
  if (authKey !== undefined || (watchedName === undefined && servers.every(({ host }) => isLoopback(host)))) return;
  throw new ClusterError(
    `${attempt} ${withoutPassword(url)}: without a key, only a Redis on this machine is used; give both sides the same authKey`,
  );
}

/** A URL for messages: without the user, the password and options, each of which may be secret, also in a wrong URL. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/.*@/s, "//").replace(/\?.*/s, "");
}
