import { closeSync } from "node:fs";
import { socketPair } from "../posix/calls/descriptors.ts";
import { examinePart, expectPart, type InternalCheck } from "../posix/node-internals/internal-check.ts";

/**
 * Whether the handle of a socket has its descriptor, which a channel polls, and `setBlocking()`, for standard
 * streams.
 */
export function check(): InternalCheck {
  return examinePart("socket handles", () => {
    const [ours, theirs] = socketPair();
    const socket = new (process.getBuiltinModule("node:net").Socket)({ fd: ours });
    const { _handle } = socket as unknown as { _handle?: { fd?: unknown; setBlocking?: unknown } };
    const [fd, setBlocking] = [_handle?.fd, _handle?.setBlocking];
    socket.destroy();
    closeSync(theirs);
    expectPart(fd === ours, "the handle of a socket to have its descriptor as fd");
    expectPart(typeof setBlocking === "function", "the handle of a socket to have setBlocking()");
    return "the handle of a socket has fd and setBlocking()";
  });
}
