import { NotShareableError, TargetError } from "../base/errors.ts";
import { type Handle, isShareable, revive, type Shareable, setCallback, toHandle } from "../base/shareable.ts";
import type { Translator, WriteContext } from "./form.ts";

/** A shareable is sent as a handle to the same thing. */
export const shareableTranslator: Translator<Shareable> = {
  kind: "shareable",
  matches: (value) => isShareable(value),
  write(value, to) {
    const { module, kind, data, transfer, callback } = value[toHandle](to.reach);
    to.requireModule(module);
    if (transfer !== undefined) to.transfer(transfer);
    if (callback === undefined) return { kind, data };
    checkCallback(callback, kind, to);
    return { kind, data, callback };
  },
  begin(handle, decode) {
    const { kind, data } = handle as Handle;
    return revive({ kind, data: decode(data) }) as object;
  },
  fill(value, handle) {
    const { callback } = handle as Handle;
    if (callback !== undefined) value[setCallback]?.(callback);
  },
};

function checkCallback(callback: object & { readonly name?: string }, kind: string, to: WriteContext): void {
  try {
    if (to.canWriteFunction(callback)) return;
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    const message = error.message.replace(/^Cannot send /, `Cannot send the ${kind} with `);
    throw new TargetError(message, { cause: error.cause });
  }
  throw new NotShareableError(
    `Cannot send the ${kind}: it calls the function "${callback.name || "(anonymous)"}", and this message cannot hold ` +
      `functions; pass the ${kind} in the args of a Process, or to a pool`,
  );
}
