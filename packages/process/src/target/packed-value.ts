import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../base/shareable.ts";
import { decode, prepare } from "../codec/decode.ts";
import { type Encoded, encode } from "../codec/encode.ts";
import type { ModuleRequest } from "./bundle.ts";
import { FunctionWriter, functionReaders } from "./function-form.ts";
import { loadModule } from "./modules.ts";

/** A value made ready to cross, with what its functions must find imported. */
export interface PackedValue extends Encoded {
  readonly requests: readonly ModuleRequest[];
}

/**
 * Makes arguments, fields and results ready to cross between a parent and its child. Functions in them cross as targets do.
 *
 * @param path what the value is called in errors: `args`.
 * @param transferList what is to be moved is added here.
 * @throws {CloneError} when something in it cannot cross, naming its path.
 * @throws {TargetError} when a function in it cannot cross.
 */
export function packValue(
  value: unknown,
  path: string,
  reach: Reach,
  transferList: TransferListItem[],
  writer = new FunctionWriter(reach),
): PackedValue {
  const encoded = encode(value, { reach, path, transferList, translators: writer.translators });
  return { ...encoded, requests: writer.requests };
}

/**
 * Makes what was thrown ready to cross. Functions among its fields stay behind: an error is to be read, and what libraries
 * hang on theirs reaches far.
 */
export function packError(error: unknown, reach: Reach): PackedValue {
  return { ...encode(error, { reach, path: "error", transferList: [] }), requests: [] };
}

/** Makes the value again that {@link packValue} or {@link packError} was given. */
export async function unpackValue(packed: PackedValue): Promise<unknown> {
  await Promise.all([prepare(packed), ...packed.requests.map(loadModule)]);
  return decode(packed, functionReaders);
}
