import type { Readable } from "node:stream";

// A child that has written this much unread waits for its reader, as it would at a full pipe.
const keptBytes = 2 ** 20;

/**
 * What a child writes, for its reader alone: whole also when it is read only after the child's end, where Node drops what
 * nobody reads by then, and whatever encoding the reader sets.
 *
 * @param source the stream that comes from the child; others may listen to it too.
 */
export function outputOf(source: Readable): Readable {
  const { PassThrough } = process.getBuiltinModule("node:stream");
  const output = new PassThrough({ highWaterMark: keptBytes });
  source.pipe(output);
  // A source that is cut off ends without saying so; a reader that lets go tells the child by a broken pipe.
  source.once("close", () => output.end());
  output.once("close", () => source.destroy());
  return output;
}
