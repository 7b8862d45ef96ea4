import { CloneError, MaybeEncodingError } from "../base/errors.ts";
import type { Reach } from "../base/shareable.ts";
import { describeThrown, inspectThrown, isInstance, readOr } from "../base/thrown.ts";
import { checkCloneable, cloneRefusal } from "./refusal.ts";

/**
 * The error that a caller gets in place of a value.
 *
 * @param refused what copying the value threw: anything, since a getter of the value may have thrown it.
 */
export function encodingError(refused: unknown, value: unknown): MaybeEncodingError {
  return new MaybeEncodingError(isInstance(refused, CloneError) ? refused : asError(refused), inspectValue(value));
}

/**
 * Packs a thrown value, which may be anything. The caller must receive it: a value that cannot be packed or cloned is
 * replaced by a {@link MaybeEncodingError}.
 */
export function packThrown<P extends { readonly value: unknown }>(
  thrown: unknown,
  reach: Reach,
  pack: (thrown: unknown) => P,
): P {
  try {
    const packed = pack(thrown);
    checkCloneable(packed.value, reach);
    return packed;
  } catch (refused) {
    return pack(thrownStandIn(refused, thrown, reach));
  }
}

/** The error that replaces a thrown value that could not be packed or cloned, for the reason `refused`. */
export function thrownStandIn(refused: unknown, thrown: unknown, reach: Reach): MaybeEncodingError {
  if (isInstance(refused, CloneError)) return encodingError(refused, thrown);
  const context = { reach, path: "error", transferList: [] };
  return encodingError(
    readOr(refused, () => cloneRefusal(thrown, context, refused)),
    thrown,
  );
}

function asError(refused: unknown): Error {
  const error = new Error(describeThrown(refused));
  const name = isInstance(refused, Error) ? readOr("Error", () => String(refused.name)) : "Error";
  return Object.defineProperty(error, "name", { value: name });
}

function inspectValue(value: unknown): string {
  try {
    return process.getBuiltinModule("node:util").inspect(value, { depth: 1, maxArrayLength: 3, maxStringLength: 200 });
  } catch {
    return inspectThrown(value);
  }
}
