import { checkOptionKeys } from "../base/options.ts";
import type { Body } from "../memory/segment.ts";
import { makeAt } from "../memory/shared-object.ts";
import { threadBody } from "../memory/thread-segment.ts";
import { Connection, type End, pipeBytes } from "./connection.ts";
import { holdersWords } from "./holders.ts";

/** How a pipe is made. */
export interface PipeOptions {
  /** Whether both ends send and receive; else the first receives and the second sends. Default: true. */
  readonly duplex?: boolean | undefined;
}

/**
 * Makes a pipe, in the memory of this process's threads.
 *
 * After one end was given to a child, close it here: the other end comes to its end only when nobody holds this one.
 *
 * @returns its two ends.
 *
 * @example
 * const [mine, yours] = Pipe();
 * new Process(answer, { args: [yours] }).start();
 * yours.close();
 * await mine.send("question");
 * await mine.recv();
 */
export function Pipe(options?: PipeOptions): [Connection, Connection] {
  return pipeIn(threadBody, options);
}

/** Makes a pipe in a memory. Its rings reserve what they need of it. */
export function pipeIn(body: Body, options: PipeOptions = {}): [Connection, Connection] {
  checkOptionKeys("Pipe", options, ["duplex"]);
  const { duplex = true } = options;
  const segment = body.allocate(pipeBytes(duplex), holdersWords * 8);
  const make = (end: End) => makeAt({ segment, at: 0, isFresh: true }, () => new Connection(end, duplex));
  return [make(0), make(1)];
}
