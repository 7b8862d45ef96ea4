import { setTimeout as sleep } from "node:timers/promises";
import type { WorkerTransport } from "../transport/transport.ts";
import { blobName } from "../wire/large-parts.ts";

/** How many bytes of blobs a worker program keeps for later messages. */
const mostBytes = 256_000_000;
/** How long to wait for a blob that the server does not have: its client stores it again. */
const waitMs = 5000;
/** How often to look for it, in milliseconds. */
const lookMs = 50;

/** The blobs that a worker program has read: each of them once, for all of its seats. */
export class BlobCache {
  readonly #transport: WorkerTransport;
  /** Those that were used last are at the end. */
  readonly #blobs = new Map<string, Promise<Uint8Array>>();
  readonly #sizes = new Map<string, number>();

  constructor(transport: WorkerTransport) {
    this.#transport = transport;
  }

  /** @throws {Error} when the server does not have it. */
  get(client: string, name: string): Promise<Uint8Array> {
    const blob = this.#blobs.get(name) ?? this.#read(client, name);
    this.#blobs.delete(name);
    this.#blobs.set(name, blob);
    return blob;
  }

  /** Forgets all: no client has a seat here. */
  clear(): void {
    this.#blobs.clear();
    this.#sizes.clear();
  }

  #read(client: string, name: string): Promise<Uint8Array> {
    const read = this.#find(client, name);
    read.then(
      ({ length }) => {
        if (this.#blobs.get(name) !== read) return;
        this.#sizes.set(name, length);
        this.#trim();
      },
      () => this.#forget(name),
    );
    return read;
  }

  async #find(client: string, name: string): Promise<Uint8Array> {
    const until = performance.now() + waitMs;
    for (;;) {
      const bytes = await this.#transport.readBlob(client, name);
      // Its name is its hash, and the message that names it is sealed.
      if (bytes !== undefined && blobName(bytes) === name) return bytes;
      if (bytes !== undefined) throw new Error("another program has changed a value that was stored for its tasks");
      if (performance.now() >= until) throw new Error("the Redis has lost a value that was stored for its tasks");
      await sleep(lookMs);
    }
  }

  #trim(): void {
    let bytes = [...this.#sizes.values()].reduce((sum, size) => sum + size, 0);
    for (const name of this.#blobs.keys()) {
      if (bytes <= mostBytes) return;
      bytes -= this.#sizes.get(name) ?? 0;
      this.#forget(name);
    }
  }

  #forget(name: string): void {
    this.#blobs.delete(name);
    this.#sizes.delete(name);
  }
}
