import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionOptions as TlsOptions } from "node:tls";
import { checkName, checkUrl } from "../base/check-options.ts";
import { ClusterError } from "../base/cluster-error.ts";
import { checkKeyNeeded, keyBytes, withoutPassword } from "../base/cluster-key.ts";
import { type Announcement, readAnnouncement } from "../wire/announcement.ts";
import { type ClusterUse, drawCluster } from "./cluster-rows.ts";

/** How long to wait for an answer of the Redis, in milliseconds. */
const answerTimeoutMs = 3000;

/** A cluster that `manyhands top` shows. */
export interface WatchedCluster {
  /** @throws {ClusterError} when the Redis does not answer. */
  read(): Promise<ClusterUse & { readonly lines: readonly string[] }>;
  close(): void;
}

/**
 * Connects to a cluster to show it.
 *
 * @throws {TypeError} when the URL, the name or the key is invalid; {ClusterError} when a key is needed.
 */
export async function watchCluster(
  url: string,
  name: string,
  authKey: string | undefined,
  tls: TlsOptions | undefined,
): Promise<WatchedCluster> {
  checkUrl("watch a cluster", url);
  checkName("watch a cluster", name);
  checkKeyNeeded("Cannot watch a cluster at", url, authKey);
  const key = keyBytes(authKey);
  const { ClusterWatcher } = await import("../transport/cluster-watcher.ts");
  let lastError: Error | undefined;
  const watcher = new ClusterWatcher({ url, tls, keepsAlive: true }, name, (error) => {
    lastError = error;
  });
  const timedOut = async () => {
    await sleep(answerTimeoutMs, undefined, { ref: false });
    const why = lastError === undefined ? "" : `: ${lastError.message || lastError.name}`;
    throw new ClusterError(
      `Cannot watch a cluster: ${withoutPassword(url)} has not answered for ${answerTimeoutMs / 1000} s${why}; correct the URL, or start a Redis there`,
    );
  };
  return {
    async read() {
      const { announced, waiting } = await Promise.race([watcher.read(), timedOut()]);
      const workers = [...announced]
        .map(([id, text]) => readAnnouncement(key, id, text))
        .filter((worker): worker is Announcement => worker !== undefined)
        .sort((a, b) => (a.host === b.host ? a.pid - b.pid : a.host < b.host ? -1 : 1));
      const use = { workers, others: announced.size - workers.length, waiting };
      return { ...use, lines: drawCluster(use) };
    },
    close: () => watcher.close(),
  };
}
