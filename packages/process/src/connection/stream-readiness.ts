import type { Socket } from "node:net";
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

/** Resolves when the event loop has polled its sockets once. */
export function polledOnce(): Promise<void> {
  // The first immediate may run before the event loop polls the socket the next time.
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

/** Resolves when everything that was written to a socket has left this process. */
export function streamFlushed(socket: Socket): Promise<void> {
  if (socket.writableLength === 0 || !socket.writable) return Promise.resolve();
  return new Promise((resolve) => {
    socket.once("close", () => resolve());
    // An empty write completes after all writes before it.
    socket.write("", () => resolve());
  });
}
