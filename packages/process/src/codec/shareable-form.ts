import { type Handle, isShareable, revive, type Shareable, toHandle } from "../base/shareable.ts";
import type { Translator } from "./form.ts";

/** A shareable is sent as a handle to the same thing. */
export const shareableTranslator: Translator<Shareable> = {
  kind: "shareable",
  matches: (value) => isShareable(value),
  write(value, to) {
    const { module, kind, data, transfer } = value[toHandle](to.reach);
    to.requireModule(module);
    if (transfer !== undefined) to.transfer(transfer);
    return { kind, data };
  },
  begin(handle, decode) {
    const { kind, data } = handle as Handle;
    return revive({ kind, data: decode(data) }) as object;
  },
};
