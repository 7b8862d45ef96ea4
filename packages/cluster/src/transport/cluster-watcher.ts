import type { Redis } from "ioredis";
import { readAnnouncements } from "./announcements.ts";
import { type ConnectionOptions, connect } from "./connection.ts";
import { keysOf } from "./stream-transport.ts";

/** Reads how a cluster is used, as neither a client nor a worker program. */
export class ClusterWatcher {
  readonly #redis: Redis;
  readonly #keys: ReturnType<typeof keysOf>;

  constructor(options: ConnectionOptions, queue: string, onError: (error: Error) => void) {
    this.#redis = connect(options, onError);
    this.#keys = keysOf(queue);
  }

  /** What the worker programs have announced, by their ids, and how many seats wait for one. */
  async read(): Promise<{ readonly announced: ReadonlyMap<string, string>; readonly waiting: number }> {
    const list = (name: string) => `bull:${this.#keys.queue}:${name}`;
    const [announced, waiting, delayed] = await Promise.all([
      readAnnouncements(this.#redis, this.#keys),
      this.#redis.llen(list("wait")),
      this.#redis.zcard(list("delayed")),
    ]);
    return { announced, waiting: waiting + delayed };
  }

  close(): void {
    this.#redis.disconnect();
  }
}
