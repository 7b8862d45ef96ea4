import type { ClientTransport } from "../transport/transport.ts";
import type { Blob } from "../wire/large-parts.ts";

/** Blobs of so many bytes in all are kept for later messages, although no message that is under way needs them. */
const mostIdleBytes = 256_000_000;

/** A blob that the server has, as far as is known. */
interface StoredBlob {
  readonly bytes: number;
  /** How many messages need it that no worker program is known to have read. */
  users: number;
  /** Since when there are no users, by `performance.now()`. */
  idleSince: number;
}

/**
 * The blobs of a client: parts of messages that the server keeps by their content. They are sent to it once, and once
 * from there to each machine. A blob that no message has needed for the time of the client's lease is deleted.
 */
export class StoredBlobs {
  readonly #idleMs: number;
  readonly #blobs = new Map<string, StoredBlob>();

  constructor(leaseMs: number) {
    this.#idleMs = leaseMs;
  }

  /** Stores the blobs that a message needs, before the message is posted. */
  use(transport: ClientTransport, blobs: readonly Blob[], onError: (error: Error) => void): void {
    for (const { name, bytes } of blobs) {
      const known = this.#blobs.get(name);
      this.#blobs.delete(name);
      this.#blobs.set(name, { bytes: bytes.length, users: (known?.users ?? 0) + 1, idleSince: 0 });
      const put = () => transport.putBlob(name, bytes);
      // A server that has come back empty has it no more. A worker program waits for it.
      const stored =
        known === undefined ? put() : transport.keepBlobs([name]).then(([isThere]) => (isThere ? undefined : put()));
      stored.catch((error: Error) => {
        this.#blobs.delete(name);
        onError(error);
      });
    }
  }

  /** A worker program has read a message that needs them, or will not read it any more. */
  release(transport: ClientTransport | undefined, names: readonly string[]): void {
    for (const name of names) {
      const blob = this.#blobs.get(name);
      if (blob === undefined || blob.users === 0) continue;
      blob.users -= 1;
      if (blob.users === 0) blob.idleSince = performance.now();
    }
    this.#trim(transport);
  }

  /** Renews the time that the server keeps them. */
  renew(transport: ClientTransport): void {
    this.#trim(transport);
    if (this.#blobs.size > 0) transport.keepBlobs([...this.#blobs.keys()]).catch(() => {});
  }

  /** Deletes all of them. */
  clear(transport: ClientTransport | undefined): Promise<unknown> | undefined {
    const names = [...this.#blobs.keys()];
    this.#blobs.clear();
    return names.length === 0 ? undefined : transport?.dropBlobs(names);
  }

  #trim(transport: ClientTransport | undefined): void {
    const idle = [...this.#blobs].filter(([, { users }]) => users === 0);
    let bytes = idle.reduce((sum, [, blob]) => sum + blob.bytes, 0);
    const dropped: string[] = [];
    // Those that were used last are at the end.
    for (const [name, blob] of idle) {
      if (bytes <= mostIdleBytes && performance.now() - blob.idleSince < this.#idleMs) continue;
      bytes -= blob.bytes;
      this.#blobs.delete(name);
      dropped.push(name);
    }
    if (dropped.length > 0) transport?.dropBlobs(dropped).catch(() => {});
  }
}
