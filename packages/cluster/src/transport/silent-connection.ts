import type { Redis } from "ioredis";

/** How often to look whether bytes have come or gone, in milliseconds. */
const lookMs = 5000;
/** After how many looks in a row without any a connection is closed. */
const mostSilentLooks = 2;

/**
 * Closes a connection on which nothing comes and goes, so that it is opened again. Otherwise, when a server vanishes
 * together with its machine, the system waits for it for a quarter of an hour.
 *
 * @returns a function that ends the looks.
 */
export function closeWhenSilent(redis: Redis): () => void {
  let before = "";
  let silentLooks = 0;
  const look = () => {
    const progress = progressOf(redis);
    silentLooks = progress === before ? silentLooks + 1 : 0;
    before = progress;
    if (silentLooks >= mostSilentLooks) {
      silentLooks = 0;
      redis.stream.destroy(new Error(`nothing has come from the server for ${(mostSilentLooks * lookMs) / 1000} s`));
    } else if (redis.status === "ready") redis.ping().catch(() => {});
  };
  const timer = setInterval(look, lookMs).unref();
  return () => clearInterval(timer);
}

/** What changes while a connection works: a large message takes longer to send than a silent connection is kept. */
function progressOf(redis: Redis): string {
  // While it is being opened, ioredis has a limit of its own.
  if (redis.status !== "ready" && redis.status !== "connect") return `${performance.now()}`;
  const { stream } = redis;
  const { _handle: handle } = stream as unknown as { readonly _handle?: { readonly writeQueueSize?: number } | null };
  return `${stream.bytesRead} ${handle?.writeQueueSize || stream.writableLength}`;
}
