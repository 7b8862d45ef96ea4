import { ManyhandsError, NotShareableError, TargetError } from "../base/errors.ts";
import { isPackageFile, packageFolder } from "../base/package-files.ts";
import {
  type Handle,
  isRegisteredKind,
  isShareable,
  revive,
  type Shareable,
  setCallback,
  socketOf,
  toHandle,
} from "../base/shareable.ts";
import type { Translator, WriteContext } from "./form.ts";

/** A shareable is sent as a handle to the same thing. */
export const shareableTranslator: Translator<Shareable> = {
  kind: "shareable",
  matches: (value) => isShareable(value),
  write(value, to) {
    const socket = value[socketOf];
    if (socket !== undefined) checkSocket(socket, value, to);
    const { module, kind, data, transfer, callback } = value[toHandle](to.reach, to.memoryReach);
    checkCopy(module, kind);
    to.requireModule(module);
    if (socket !== undefined) return { kind, data: { ...(data as object), socket } };
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

// Each copy of the package has classes of its own, and a child has the classes of the copy that started it.
function checkCopy(module: string, kind: string): void {
  if (isPackageFile(module) || !isRegisteredKind(kind)) return;
  throw new ManyhandsError(
    "TWO_COPIES",
    `Cannot send the ${kind}: it is of another copy of @manyhands/process, ${new URL("../", module).href}, and this copy ` +
      `is ${packageFolder()}; make all imports find one copy: npm ls @manyhands/process lists them, npm dedupe or one ` +
      "version for all in package.json makes them one",
  );
}

function checkSocket(socket: object, value: Shareable, to: WriteContext): void {
  if (to.canWrite(socket)) return;
  const name = value.constructor.name;
  throw new NotShareableError(
    `Cannot send the ${name}: this message cannot hold sockets; pass the ${name} in the args of a Process, to a pool, ` +
      "or through a Pipe or a Queue",
  );
}

function checkCallback(callback: object & { readonly name?: string }, kind: string, to: WriteContext): void {
  try {
    if (to.canWrite(callback)) return;
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
