import { Label } from "../base/label.ts";
import { checkOptionKeys } from "../base/options.ts";
import { defaultAllocator } from "../memory/default-allocator.ts";
import type { SegmentAllocator } from "../memory/segment.ts";
import { createAt } from "../memory/shared-object.ts";
import { Connection, type PipeEnd, pipeBytes } from "./connection.ts";
import { endReferencesWords } from "./end-references.ts";

/** Options of `Pipe()`. */
export interface PipeOptions {
  /** Whether both ends send and receive. If false, the first receives and the second sends. Default: true. */
  readonly duplex?: boolean | undefined;
}

/**
 * Creates a pipe in memory that children by the default start method share.
 *
 * Close an end here after giving it to a child: the other end reads end of file only when no process holds this one.
 *
 * @returns the two ends.
 *
 * @example
 * const [mine, yours] = Pipe();
 * new Process(answer, { args: [yours] }).start();
 * yours.close();
 * await mine.send("question");
 * await mine.recv();
 */
export function Pipe(options?: PipeOptions): [Connection, Connection] {
  return pipeIn(defaultAllocator(), options);
}

/**
 * Creates a pipe in a new segment. Only the tables of references are allocated at once; the rings reserve what they
 * use.
 */
export function pipeIn(allocator: SegmentAllocator, options: PipeOptions = {}): [Connection, Connection] {
  checkOptionKeys("Pipe", options, ["duplex"]);
  const { duplex = true } = options;
  const segment = allocator.allocate(pipeBytes(duplex), endReferencesWords * 8);
  const label = new Label("Pipe");
  const make = (end: PipeEnd) => createAt({ segment, at: 0, isFresh: true }, () => new Connection(end, duplex), label);
  return [make(0), make(1)];
}
