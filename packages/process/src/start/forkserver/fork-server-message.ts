/**
 * What a program and its fork server tell each other over one socket.
 *
 * The program asks for one child at a time, and waits for the answer. The server's records come in the order in which things
 * happened, so that a pid never means two children: its first one has ended before the second is born.
 */

/** What a fork server is told at its start. */
export interface ServerBoot {
  /** The program's pid. */
  readonly parent: number;
  /** Modules that it imports before it forks. */
  readonly preload: readonly string[];
  /** Whether, after a request, it forks a child for the next one. */
  readonly forksAhead: boolean;
}

/** What is asked for together with the child's descriptors: its channel, stdin, stdout and stderr. */
export interface ForkRequest {
  /** Modules that children like this one import; the server imports them once, for those to come. */
  readonly modules: readonly string[];
}

/** How many descriptors come with a request. */
export const requestDescriptors = 4;

/** The longest request in bytes. */
export const requestBytes = 64 * 1024;

/** Writes a request: JSON, in UTF-8. One too long for the server goes without its modules. */
export function encodeRequest(request: ForkRequest): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(request));
  return bytes.byteLength <= requestBytes ? bytes : Buffer.from(JSON.stringify({ modules: [] }));
}

/** Reads what {@link encodeRequest} wrote. */
export function decodeRequest(bytes: Uint8Array): ForkRequest {
  return JSON.parse(Buffer.from(bytes).toString()) as ForkRequest;
}

/** A child was born; `pid` is the negative number of an error when it could not be. Or one has ended. */
export type ServerRecord =
  | { readonly kind: "born"; readonly pid: number }
  | { readonly kind: "ended"; readonly pid: number; readonly status: number };

const recordBytes = 12;
const kinds = ["born", "ended"] as const;

/** Writes a record: the place of its kind in the list above, the pid, and the raw status, three 32-bit integers. */
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
      records.push(kind === "born" ? { kind, pid } : { kind, pid, status: all.readInt32LE(at + 8) });
    }
    this.#rest = all.subarray(at);
    return records;
  }
}
