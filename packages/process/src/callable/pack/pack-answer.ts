import type { TransferListItem } from "node:worker_threads";
import { CloneError } from "../../base/errors.ts";
import type { Reach } from "../../base/shareable.ts";
import { type Encoded, encode } from "../../codec/encode.ts";
import { isErrorOfUnknownClass } from "../../codec/error-form.ts";
import type { FormWriter } from "../../codec/form.ts";
import { reducerOf } from "../../codec/registered-class.ts";
import type { PackedValue } from "../form/packed-value.ts";

/**
 * Packs a child's answer. Loads the code that captures functions only when the answer contains functions or objects of
 * the program's classes: few answers do, and loading it would delay every child.
 *
 * @param path the value's name in error messages: `result`.
 * @param transferList objects to move are added here.
 * @returns a promise only when it contains functions: an answer without them is sent before the child can exit.
 * @throws {CloneError} or {TargetError} when a part of it cannot be sent.
 */
export function packAnswer(
  value: unknown,
  path: string,
  reach: Reach,
  transferList: TransferListItem[],
): PackedValue | Promise<PackedValue> {
  const moved: TransferListItem[] = [];
  const packed = packWithoutFunctions(value, path, reach, moved);
  if (packed !== undefined) {
    transferList.push(...moved);
    return packed;
  }
  return import("./pack-value.ts").then(({ packValue }) => packValue(value, path, reach, transferList));
}

/**
 * Packs an error that a child threw.
 *
 * @returns a promise when the code must be loaded that captures the error's class.
 */
export function packError(error: unknown, reach: Reach): PackedValue | Promise<PackedValue> {
  return (
    packWithoutFunctions(error, "error", reach, []) ??
    import("./pack-value.ts").then(({ packErrorOfAnyClass }) => packErrorOfAnyClass(error, reach))
  );
}

/** Packs a value in which there are no functions and no objects of the program's classes; else `undefined`. */
function packWithoutFunctions(
  value: unknown,
  path: string,
  reach: Reach,
  transferList: TransferListItem[],
): PackedValue | undefined {
  let isKnown = true;
  // It matches no value, but is asked about each.
  const observer: FormWriter = {
    kind: "observer",
    matches: (part) => {
      isKnown &&= !isErrorOfUnknownClass(part) && reducerOf(part) === undefined;
      return false;
    },
    write: () => undefined,
  };
  let encoded: Encoded;
  try {
    encoded = encode(value, { reach, path, transferList, writers: [observer] as never[] });
  } catch (error) {
    if (!(error instanceof CloneError)) throw error;
    return undefined;
  }
  return isKnown ? { ...encoded, requests: [], packageClasses: [], functions: false } : undefined;
}
