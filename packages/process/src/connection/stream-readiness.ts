import type { Readable } from "node:stream";
import { deferred } from "../base/deferred.ts";
import { type Pending, readiness } from "../base/waitable.ts";

const changes = ["readable", "end", "close", "error"] as const;

/** Whether a value is a readable stream of Node, such as a socket. */
export function isStream(thing: unknown): thing is Readable {
  return (
    typeof thing === "object" &&
    thing !== null &&
    !(readiness in thing) &&
    typeof (thing as Readable).readableLength === "number" &&
    typeof (thing as Readable).on === "function"
  );
}

/** Waits until the stream has data or has ended, as {@link readiness} of other objects. */
export function streamReadiness(stream: Readable): Pending | null {
  if (stream.readableLength > 0 || stream.readableEnded || stream.destroyed) return null;
  const change = deferred();
  const changed = () => change.resolve();
  // A "readable" listener makes the stream fetch data, but takes nothing of it.
  for (const event of changes) stream.on(event, changed);
  return {
    ready: change.promise,
    release() {
      for (const event of changes) stream.off(event, changed);
    },
  };
}
