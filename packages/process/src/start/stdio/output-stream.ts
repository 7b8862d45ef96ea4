import type { PassThrough, Readable } from "node:stream";

// A child that has written this much unread to its stdout waits for its reader, as it would at a full pipe.
const keptBytes = 2 ** 20;

/**
 * What a child writes to its stdout, for its reader: whole also when it is read only after the child's end, where Node drops
 * what nobody reads by then.
 *
 * @param source the stream that comes from the child.
 */
export function stdoutOf(source: Readable): Readable {
  const output = outputOf(source);
  source.pipe(output);
  return output;
}

/**
 * What a child writes to its stderr, for its reader alone, in whatever encoding. All of it is read as it comes, for the child's last
 * words, and kept until it is read here: a child never waits for somebody to take notice of its errors.
 *
 * @param source the stream that comes from the child; others listen to it too.
 */
export function stderrOf(source: Readable): Readable {
  const output = outputOf(source);
  source.on("data", (piece: Buffer) => output.write(piece));
  return output;
}

function outputOf(source: Readable): PassThrough {
  const { PassThrough } = process.getBuiltinModule("node:stream");
  const output = new PassThrough({ highWaterMark: keptBytes });
  // A source that is cut off ends without saying so; a reader that lets go tells the child by a broken pipe.
  source.once("close", () => output.end());
  output.once("close", () => source.destroy());
  return output;
}
