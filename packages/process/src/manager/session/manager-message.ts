import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import type { PackedTarget } from "../../callable/form/packed-target.ts";
import { decode } from "../../codec/decode.ts";
import { type Encoded, encode } from "../../codec/encode.ts";
import type { Translator } from "../../codec/form.ts";
import { probe } from "../../codec/refusal.ts";
import { program } from "../../start/child/program-path.ts";
import { RemoteError } from "./remote-error.ts";

/** A function sent to a pool in a manager: the pool's workers run it, so it is sent whole and is not called back. */
export interface Shipped {
  readonly shipped: PackedTarget;
}

/** A call of a method, as it crosses. */
export interface Request {
  /** The object's number; 0 is the other side itself. */
  readonly to: number;
  readonly method: string;
  readonly args: Encoded;
  /** The number of the call among all of its side's: what its answer bears, and `cancel` names. */
  readonly call: number;
}

/** What became of a call. */
export type Reply =
  | { readonly value: Encoded }
  | { readonly error: Encoded }
  /** It was given up before it was done. */
  | { readonly cancelled: true }
  /** Its answer cannot cross, for this reason. */
  | { readonly unsendable: string }
  /** It cannot be sent: what cloning threw. Made here, does not cross. */
  | { readonly refused: unknown }
  /** The other side is gone. Made here, does not cross. */
  | { readonly lost: true }
  /** Its proxy was released meanwhile. Made here, does not cross. */
  | { readonly released: true };

/** Makes arguments or a result ready to cross. */
export function pack(
  value: unknown,
  path: string,
  reach: Reach,
  translators: readonly Translator<never>[],
  transferList: TransferListItem[] = [],
): Encoded {
  return encode(value, { reach, path, writers: translators, transferList });
}

/** Makes an error ready to cross, whatever it is: what cannot cross goes as text. */
export function packError(error: unknown, reach: Reach, translators: readonly Translator<never>[]): Encoded {
  try {
    const packed = pack(error, "error", reach, translators);
    probe(packed.value, reach);
    return packed;
  } catch {
    return pack(new Error(process.getBuiltinModule("node:util").inspect(error)), "error", reach, translators);
  }
}

/**
 * Makes the value again. What it needs of this package is imported; other code is not, since who sends it may be another
 * machine.
 */
export function unpack(packed: Encoded, translators: readonly Translator<never>[]): unknown {
  return decode(packed, translators);
}

// Everything that is built lies below this.
const home = new URL("../", program("manager")).href;

/** Imports those modules of this package that a message needs; `undefined` when none are missing. */
export function preparing(packed: Encoded): Promise<unknown> | undefined {
  const modules = packed.modules.filter((module) => typeof module === "string" && module.startsWith(home));
  return modules.length > 0 ? Promise.all(modules.map((module) => import(module))) : undefined;
}

/** @throws {RemoteError} when what came as a call is none. */
export function checkRequest(request: Request): void {
  const { to, method, args, call } = request ?? {};
  const isSound =
    Number.isInteger(to) &&
    typeof method === "string" &&
    Number.isInteger(call) &&
    typeof args === "object" &&
    args !== null &&
    typeof args.forms === "boolean" &&
    Array.isArray(args.modules);
  if (!isSound) throw new RemoteError("Cannot read a call: it is malformed");
}
