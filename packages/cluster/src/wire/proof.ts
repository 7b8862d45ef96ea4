import { createHmac, timingSafeEqual } from "node:crypto";

/** An object in Redis, with the proof that a program with the cluster's key has written it. */
export interface Proved {
  readonly proof: string;
}

/**
 * Adds a proof to an object that is kept as JSON.
 *
 * @param key the cluster's key.
 * @param place what the object belongs to: the same object is refused anywhere else.
 */
export function prove<T extends object>(key: Uint8Array, place: readonly string[], object: T): T & Proved {
  return { ...object, proof: macOf(key, place, object).toString("base64") };
}

/** Whether a program with the cluster's key has written an object, which was read from JSON, for this place. */
export function isProved(key: Uint8Array, place: readonly string[], object: object): boolean {
  const { proof } = object as { readonly proof?: unknown };
  if (typeof proof !== "string") return false;
  const [given, expected] = [Buffer.from(proof, "base64"), macOf(key, place, object)];
  return given.length === expected.length && timingSafeEqual(given, expected);
}

// An object that was read from JSON has its keys in the order in which they were written.
function macOf(key: Uint8Array, place: readonly string[], object: object): Buffer {
  const hmac = createHmac("sha256", key);
  for (const part of place) hmac.update(`${part}\0`);
  return hmac.update(JSON.stringify({ ...object, proof: undefined })).digest();
}
