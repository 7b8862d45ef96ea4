import type { Redis } from "ioredis";
import type { keysOf } from "./stream-transport.ts";

/** What the worker programs of a cluster have announced, by their ids. */
export async function readAnnouncements(
  redis: Redis,
  keys: ReturnType<typeof keysOf>,
): Promise<ReadonlyMap<string, string>> {
  const ids = await redis.smembers(keys.workers);
  if (ids.length === 0) return new Map();
  const texts = await redis.mget(ids.map((id) => keys.worker(id)));
  const found = new Map<string, string>();
  const ended: string[] = [];
  for (const [i, id] of ids.entries()) {
    const text = texts[i] ?? null;
    if (text === null) ended.push(id);
    else found.set(id, text);
  }
  // A worker program that lives adds its id again.
  if (ended.length > 0) await redis.srem(keys.workers, ...ended);
  return found;
}
