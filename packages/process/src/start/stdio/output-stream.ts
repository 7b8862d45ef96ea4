import type { PassThrough, Readable } from "node:stream";

// A child with this much unread output on its stdout blocks until it is read, as at a full pipe.
const keptBytes = 2 ** 20;

/**
 * A child's stdout for its reader. Complete even when it is read after the child's end: Node discards the unread rest
 * of the source then.
 *
 * @param source the stream that comes from the child.
 */
export function bufferStdout(source: Readable): Readable {
  const output = createBuffer(source);
  source.pipe(output);
  return output;
}

/**
 * A child's stderr for its reader, in any encoding. The source is read at once, for the stderr tail, and kept here
 * until the reader takes it. So a child never blocks because its errors are not read.
 *
 * @param source the stream that comes from the child; it may have other listeners.
 */
export function bufferStderr(source: Readable): Readable {
  const output = createBuffer(source);
  source.on("data", (piece: Buffer) => output.write(piece));
  return output;
}

function createBuffer(source: Readable): PassThrough {
  const { PassThrough } = process.getBuiltinModule("node:stream");
  const output = new PassThrough({ highWaterMark: keptBytes });
  // A source that breaks off emits `close` without `end`. A reader that closes gives the child a broken pipe.
  source.once("close", () => output.end());
  output.once("close", () => source.destroy());
  return output;
}
