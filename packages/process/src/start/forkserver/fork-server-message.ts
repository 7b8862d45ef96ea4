/**
 * The messages between a program and its fork server, over one socket.
 *
 * The server answers requests in their order, and sends its records in the order of the events. So a pid never means
 * two children: the exit of the first is sent before the start of the second.
 */

/** What a fork server does when it cannot import a module that the program wants it to preload. */
export type PreloadErrorAction = "ignore" | "warn" | "fail";

/** The options of a fork server, which it gets as its argument. */
export interface ServerOptions {
  /** The process that it belongs to. */
  readonly parent: { readonly pid: number; readonly threadId: number; readonly name: string };
  /** The URL of the program's main module; `null` when it has none. */
  readonly mainModule: string | null;
  /** Modules that it imports before it forks; `null` when it imports none, those of requests included. */
  readonly preload: readonly string[] | null;
  /** What it does when it cannot import one of them. */
  readonly onPreloadError: PreloadErrorAction;
  /** Whether, after a request, it forks a child for the next one. */
  readonly preparesChildren: boolean;
}

/** A request for a child. The child's descriptors come with it: channel, stdin, stdout and stderr. */
export interface ForkRequest {
  /** Modules that children like this one import. The server imports them once, for the children that follow. */
  readonly modules: readonly string[];
}

/** The number of descriptors that come with a request. */
export const requestDescriptors = 4;

/** The longest request in bytes. The kernel sends so many in one piece, with the descriptors. */
export const requestBytes = 16 * 1024;

/** Writes a request: JSON, in UTF-8. A request that is too long is written without its modules. */
export function encodeRequest(request: ForkRequest): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(request));
  return bytes.byteLength <= requestBytes ? bytes : Buffer.from(JSON.stringify({ modules: [] }));
}

/** Reads a request that {@link encodeRequest} wrote. */
export function decodeRequest(bytes: Uint8Array): ForkRequest {
  return JSON.parse(Buffer.from(bytes).toString()) as ForkRequest;
}

/**
 * A child was forked, or has ended. `pid` is a negative error number when the fork failed, and 0 when the server does
 * not fork since it has threads, of which a fork would have none.
 */
export type ServerRecord =
  | { readonly kind: "forked"; readonly pid: number }
  | { readonly kind: "ended"; readonly pid: number; readonly status: number };

const recordBytes = 12;
const kinds = ["forked", "ended"] as const;

/** Writes a record as three 32-bit integers: the index of its kind in the list above, the pid, and the raw status. */
export function encodeRecord(record: ServerRecord): Buffer {
  const bytes = Buffer.alloc(recordBytes);
  bytes.writeInt32LE(kinds.indexOf(record.kind), 0);
  bytes.writeInt32LE(record.pid, 4);
  bytes.writeInt32LE(record.kind === "ended" ? record.status : 0, 8);
  return bytes;
}

/** Finds the records in a stream of bytes that arrives in pieces of any size. */
export class RecordReader {
  #rest: Buffer = Buffer.alloc(0);

  /** Takes the next piece; returns the records that it completes. */
  push(piece: Uint8Array): ServerRecord[] {
    const all = Buffer.concat([this.#rest, piece]);
    const records: ServerRecord[] = [];
    let at = 0;
    for (; at + recordBytes <= all.byteLength; at += recordBytes) {
      const kind = kinds[all.readInt32LE(at)] as ServerRecord["kind"];
      const pid = all.readInt32LE(at + 4);
      records.push(kind === "forked" ? { kind, pid } : { kind, pid, status: all.readInt32LE(at + 8) });
    }
    this.#rest = all.subarray(at);
    return records;
  }
}
