import type { TransferListItem } from "node:worker_threads";
import { CloneError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import { encode } from "../../codec/encode.ts";
import type { PackedValue } from "../form/packed-value.ts";

/**
 * Packs a child's answer. Loads the code that captures functions only when the answer contains functions: few answers
 * do, and loading it would delay every child.
 *
 * @param path the value's name in error messages: `result`.
 * @param transferList objects to move are added here.
 * @throws {CloneError} or {TargetError} when a part of it cannot be sent.
 */
export async function packAnswer(
  value: unknown,
  path: string,
  reach: Reach,
  transferList: TransferListItem[],
): Promise<PackedValue> {
  const moved: TransferListItem[] = [];
  try {
    const encoded = encode(value, { reach, path, transferList: moved });
    transferList.push(...moved);
    return { ...encoded, requests: [], packageClasses: [], functions: false };
  } catch (error) {
    if (!(error instanceof CloneError)) throw error;
    const { packValue } = await import("./pack-value.ts");
    return packValue(value, path, reach, transferList);
  }
}

/**
 * Packs an error that a child threw. Functions among its fields are left out: libraries attach functions that would
 * capture a large part of the program.
 */
export function packError(error: unknown, reach: Reach): PackedValue {
  return {
    ...encode(error, { reach, path: "error", transferList: [] }),
    requests: [],
    packageClasses: [],
    functions: false,
  };
}
