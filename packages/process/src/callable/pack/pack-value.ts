import type { TransferListItem } from "node:worker_threads";
import type { Reach } from "../../base/shareable.ts";
import { encode } from "../../codec/encode.ts";
import { FunctionWriter } from "../capture/function-writer.ts";
import type { PackedValue } from "../form/packed-value.ts";

/**
 * Makes arguments and fields ready to cross from a parent to its child. Functions in them cross as targets do.
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
  const encoded = encode(value, { reach, path, transferList, writers: writer.writers });
  return { ...encoded, requests: writer.requests, ownClasses: writer.ownClasses, functions: writer.isUsed };
}
