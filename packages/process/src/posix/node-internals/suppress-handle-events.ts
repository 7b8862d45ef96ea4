import { closeSync } from "node:fs";
import { socketPair } from "../calls/descriptors.ts";
import { examinePart, expectPart, type InternalCheck } from "./internal-check.ts";

/**
 * Suppresses, in a forked child, the events that the current iteration of the event loop still brings to handles of
 * the parent: that they were closed, that their last data has left, or that a socket's peer is gone, which libuv
 * concludes from earlier events. The objects that own the handles emit nothing, and call no callback of `end()`.
 */
export function suppressHandleEvents(): void {
  const { AsyncResource, createHook, executionAsyncResource } = process.getBuiltinModule("node:async_hooks");
  // Resources that are created from now on have greater ids.
  const newest = new AsyncResource("manyhands.fork").asyncId();
  const hook = createHook({
    before(id) {
      if (id > newest) return;
      const resource = executionAsyncResource() as { readonly handle?: object | null };
      const owner = (ownerOf(resource) ?? (resource.handle && ownerOf(resource.handle))) as Owner | undefined;
      if (typeof owner?.emit === "function") owner.emit = ignore;
      // A stream that is destroyed does not finish.
      if (owner?._writableState) owner._writableState.destroyed = true;
    },
  });
  hook.enable();
  // An iteration ends with handles that were closed in it, after its immediates.
  setImmediate(() => setImmediate(() => hook.disable()).unref()).unref();
}

interface Owner {
  emit?: unknown;
  readonly _writableState?: { destroyed: boolean };
}

function ownerOf(handle: object): unknown {
  const symbol = Object.getOwnPropertySymbols(handle).find(({ description }) => description === "owner_symbol");
  return symbol && (handle as Record<symbol, unknown>)[symbol];
}

function ignore(): void {}

/** Whether a handle names the object that owns it. */
export function check(): InternalCheck {
  return examinePart("handle owners", () => {
    const [ours, theirs] = socketPair();
    const socket = new (process.getBuiltinModule("node:net").Socket)({ fd: ours });
    const { _handle } = socket as unknown as { _handle?: object | null };
    const isOwner = _handle !== undefined && _handle !== null && ownerOf(_handle) === socket;
    socket.destroy();
    closeSync(theirs);
    expectPart(isOwner, "the handle of a socket to hold it as owner_symbol");
    return "the handle of a socket holds it as owner_symbol";
  });
}
