import type { WaitOptions } from "../base/deadline.ts";
import { AuthenticationError, ConnectionError } from "./connection-error.ts";

/** What a handshake needs of a connection. */
export interface Messenger {
  sendBytes(bytes: Uint8Array): Promise<void>;
  recvBytes(options?: WaitOptions & { readonly maxBytes?: number }): Promise<Uint8Array>;
}

/** A hash that both sides can compute a message's code with. */
export type Digest = "md5" | "sha256" | "sha384" | "sha3_256" | "sha3_384";

/** How far a handshake trusts its other side. */
export interface HandshakeOptions extends WaitOptions {
  /** Whether HMAC-MD5 without a prefix, all that Python up to 3.11 knows, will do. Default: true. */
  readonly allowMd5?: boolean | undefined;
}

const challengePrefix = Buffer.from("#CHALLENGE#");
const welcome = Buffer.from("#WELCOME#");
const failure = Buffer.from("#FAILURE#");
const digests: readonly string[] = ["md5", "sha256", "sha384", "sha3_256", "sha3_384"] satisfies Digest[];
const challengeBytes = 40;
/** How long a challenge of Python up to 3.11 is, and so the shortest of all. */
const legacyChallengeBytes = 20;
const md5Bytes = 16;
/** No message of a handshake is longer. */
const maxBytes = 256;

/**
 * Asks the other side of a connection to show that it has the key, and tells it the verdict.
 *
 * Shape: `#CHALLENGE#{sha256}` and 40 random bytes; answered by `{digest}` and the HMAC of all behind `#CHALLENGE#`, or by a
 * bare HMAC-MD5 as Python up to 3.11 does; then `#WELCOME#` or `#FAILURE#`. Each is one message of at most 256 bytes.
 *
 * @param authKey any number of bytes, none too.
 * @throws {AuthenticationError} when the answer is wrong.
 *
 * Source: the handshake of CPython's `Lib/multiprocessing/connection.py`, 3.12 and later.
 */
export async function deliverChallenge(
  connection: Messenger,
  authKey: Uint8Array,
  options: HandshakeOptions & { readonly digest?: Digest } = {},
): Promise<void> {
  checkAuthKey(authKey);
  const { digest = "sha256", allowMd5 = true, ...within } = options;
  const random = process.getBuiltinModule("node:crypto").randomBytes(challengeBytes);
  const challenge = Buffer.concat([Buffer.from(`{${digest}}`), random]);
  await connection.sendBytes(Buffer.concat([challengePrefix, challenge]));
  const answer = await receive(connection, within);
  if (!isAnswer(authKey, challenge, Buffer.from(answer), allowMd5)) {
    await connection.sendBytes(failure);
    throw new AuthenticationError(
      "Cannot trust the other side of the connection: it has another key, or does not speak the protocol; give both the same authKey",
    );
  }
  await connection.sendBytes(welcome);
}

/**
 * Shows the other side of a connection that we have the key.
 *
 * @param authKey any number of bytes, none too.
 * @throws {AuthenticationError} when the other side does not speak the protocol, or does not accept the answer.
 *
 * Source: the handshake of CPython's `Lib/multiprocessing/connection.py`, 3.12 and later.
 */
export async function answerChallenge(
  connection: Messenger,
  authKey: Uint8Array,
  options: HandshakeOptions = {},
): Promise<void> {
  checkAuthKey(authKey);
  const { allowMd5 = true, ...within } = options;
  const message = Buffer.from(await receive(connection, within));
  if (!startsWith(message, challengePrefix)) throw refused("it does not begin with a challenge");
  const challenge = message.subarray(challengePrefix.byteLength);
  if (challenge.byteLength < legacyChallengeBytes) throw refused("its challenge is too short");
  await connection.sendBytes(createAnswer(authKey, challenge, allowMd5));
  const verdict = Buffer.from(await receive(connection, within));
  if (!verdict.equals(welcome)) throw refused("it did not accept our key; give both the same authKey");
}

/** @throws {TypeError} when a key is no bytes. */
export function checkAuthKey(authKey: unknown): asserts authKey is Uint8Array {
  if (!(authKey instanceof Uint8Array)) {
    throw new TypeError(`Cannot read authKey: it is ${typeof authKey}, write bytes: Buffer.from("…")`);
  }
}

/** The answer to a challenge: with the digest that it names, or in the way of Python up to 3.11 when it names none. */
export function createAnswer(authKey: Uint8Array, challenge: Uint8Array, allowMd5 = true): Buffer {
  const digest = challenge.byteLength === legacyChallengeBytes ? undefined : prefixOf(challenge);
  if (digest === undefined && challenge.byteLength !== legacyChallengeBytes) {
    throw refused("its challenge names no digest that we know");
  }
  if (!allowMd5 && (digest ?? "md5") === "md5") throw refused("it knows HMAC-MD5 only, which is not allowed here");
  const code = hmac(digest ?? "md5", authKey, challenge);
  return digest === undefined ? code : Buffer.concat([Buffer.from(`{${digest}}`), code]);
}

function isAnswer(authKey: Uint8Array, challenge: Uint8Array, answer: Buffer, allowMd5: boolean): boolean {
  const isLegacy = answer.byteLength === md5Bytes;
  const digest = isLegacy ? "md5" : prefixOf(answer);
  if (digest === undefined || (digest === "md5" && !allowMd5)) return false;
  const expected = hmac(digest, authKey, challenge);
  const given = isLegacy ? answer : answer.subarray(digest.length + 2);
  return (
    given.byteLength === expected.byteLength && process.getBuiltinModule("node:crypto").timingSafeEqual(expected, given)
  );
}

function hmac(digest: string, authKey: Uint8Array, message: Uint8Array): Buffer {
  const { createHmac } = process.getBuiltinModule("node:crypto");
  return createHmac(digest.replace("_", "-"), authKey).update(message).digest();
}

function prefixOf(message: Uint8Array): string | undefined {
  const [, name = ""] = /^\{(\w{1,8})\}/.exec(Buffer.from(message.subarray(0, 10)).toString("latin1")) ?? [];
  return digests.includes(name) ? name : undefined;
}

function startsWith(message: Buffer, prefix: Buffer): boolean {
  return message.subarray(0, prefix.byteLength).equals(prefix);
}

async function receive(connection: Messenger, { timeoutMs, signal }: WaitOptions): Promise<Uint8Array> {
  try {
    return await connection.recvBytes({ timeoutMs, signal, maxBytes });
  } catch (cause) {
    // A message that is too long, or cut off, is no handshake; an end or a timeout is told as what it is.
    if (!(cause instanceof ConnectionError)) throw cause;
    throw new AuthenticationError("Cannot trust the other side of the connection: it does not speak the protocol", {
      cause,
    });
  }
}

function refused(because: string): AuthenticationError {
  return new AuthenticationError(`Cannot be trusted by the other side of the connection: ${because}`);
}
