import { createHash, type Hash, timingSafeEqual } from "node:crypto";

const macBytes = 32;

/** To which side a message goes. A message for one side is refused by the other. */
export type Direction = "to worker" | "to client";

/** What a message belongs to: the same bytes are refused anywhere else. */
export interface SealedFor {
  readonly direction: Direction;
  readonly client: string;
  readonly seat: string;
  /**
   * What the worker program has chosen when it took the seat; empty for messages to the client. Otherwise the messages
   * of a seat that has ended could be sent again to a worker program that is made to take the seat again.
   */
  readonly session: string;
  /** The number of the message among those of its direction and seat, from 1. */
  readonly number: number;
}

/**
 * Seals a message: puts the HMAC-SHA256 of its bytes, and of what it belongs to, before it.
 *
 * @param key the cluster's key.
 */
export function seal(key: Uint8Array, body: Uint8Array, to: SealedFor): Buffer {
  return Buffer.concat([macOf(key, body, to), body]);
}

/**
 * Opens a sealed message. Nothing of it may be read before.
 *
 * @returns its bytes; `undefined` when it was not sealed with this key for this place, or was changed.
 */
export function unseal(key: Uint8Array, sealed: Uint8Array, from: SealedFor): Uint8Array | undefined {
  if (sealed.length < macBytes) return undefined;
  const body = sealed.subarray(macBytes);
  return timingSafeEqual(sealed.subarray(0, macBytes), macOf(key, body, from)) ? body : undefined;
}

function macOf(key: Uint8Array, body: Uint8Array, { direction, client, seat, session, number }: SealedFor): Buffer {
  const place = `${direction}\0${client}\0${seat}\0${session}\0${number}\0`;
  const { inner, outer } = hashesOf(key);
  return outer.copy().update(inner.copy().update(place).update(body).digest()).digest();
}

/** The length of a block of SHA-256, in bytes. */
const blockBytes = 64;
const hashesByKey = new WeakMap<Uint8Array, { readonly inner: Hash; readonly outer: Hash }>();

/**
 * The two hashes of HMAC-SHA256, which have taken the key. `createHmac()` makes them again for each message, which
 * takes a third of its time.
 *
 * Source: H. Krawczyk, M. Bellare and R. Canetti, "HMAC: Keyed-Hashing for Message Authentication" (RFC 2104, 1997).
 */
function hashesOf(key: Uint8Array) {
  const known = hashesByKey.get(key);
  if (known !== undefined) return known;
  const block = Buffer.alloc(blockBytes);
  block.set(key.length > blockBytes ? createHash("sha256").update(key).digest() : key);
  const begin = (pad: number) => createHash("sha256").update(block.map((byte) => byte ^ pad));
  const hashes = { inner: begin(0x36), outer: begin(0x5c) };
  hashesByKey.set(key, hashes);
  return hashes;
}
