import type { Readable } from "node:stream";
import { deferred } from "../base/deferred.ts";
import { type Pending, readiness } from "../base/waitable.ts";

const changes = ["readable", "end", "close", "error"] as const;

/** Whether a thing is a stream of Node's that can be read, such as a socket. */
export function isStream(thing: unknown): thing is Readable {
  return (
    typeof thing === "object" &&
    thing !== null &&
    !(readiness in thing) &&
    typeof (thing as Readable).readableLength === "number" &&
    typeof (thing as Readable).on === "function"
  );
}

/** Whether something can be read of a stream, or its end was reached; as {@link readiness} of other things. */
export function readinessOfStream(stream: Readable): Pending | null {
  if (stream.readableLength > 0 || stream.readableEnded || stream.destroyed) return null;
  const change = deferred();
  const changed = () => change.resolve();
  // Who listens for "readable" makes the stream fetch, but nothing is taken of it until somebody reads.
  for (const event of changes) stream.on(event, changed);
  return {
    ready: change.promise,
    release() {
      for (const event of changes) stream.off(event, changed);
    },
  };
}
