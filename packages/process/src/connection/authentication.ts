import type { WaitOptions } from "../base/deadline.ts";
import { AuthenticationError, ConnectionError, untrusted } from "./connection-error.ts";

/** The part of a connection that a handshake uses. */
export interface HandshakeConnection {
  sendBytes(bytes: Uint8Array): Promise<void>;
  recvBytes(options?: WaitOptions & { readonly maxBytes?: number }): Promise<Uint8Array>;
  /** Called when the peer has proved that it has the key. */
  trust?(): void;
}

/** A hash function for the HMAC of a challenge. */
export type Digest = "md5" | "sha256" | "sha384" | "sha3_256" | "sha3_384";

/** The time limit of a handshake, and which hash functions it accepts. */
export interface HandshakeOptions extends WaitOptions {
  /** Whether to accept HMAC-MD5 without a digest prefix, the only method of Python up to 3.11. Default: true. */
  readonly allowMd5?: boolean | undefined;
}

const challengePrefix = Buffer.from("#CHALLENGE#");
const welcome = Buffer.from("#WELCOME#");
const failure = Buffer.from("#FAILURE#");
const digests: readonly string[] = ["md5", "sha256", "sha384", "sha3_256", "sha3_384"] satisfies Digest[];
const challengeBytes = 40;
/** The length of a challenge of Python up to 3.11; no version sends a shorter one. */
const legacyChallengeBytes = 20;
const md5Bytes = 16;
/** The longest message of a handshake. */
const maxBytes = 256;

/**
 * Asks the peer to prove that it has the key, and sends it the verdict.
 *
 * Shape: `#CHALLENGE#{sha256}` and 40 random bytes. The answer is `{digest}` and the HMAC of everything after
 * `#CHALLENGE#`; Python up to 3.11 answers with a bare HMAC-MD5. The verdict is `#WELCOME#` or `#FAILURE#`. Each is
 * one message of at most 256 bytes.
 *
 * Source: the handshake of CPython's `Lib/multiprocessing/connection.py`, 3.12 and later.
 *
 * @param authKey the key, of any length; may be empty.
 * @throws {AuthenticationError} when the answer is wrong.
 */
export async function deliverChallenge(
  connection: HandshakeConnection,
  authKey: Uint8Array,
  options: HandshakeOptions & { readonly digest?: Digest } = {},
): Promise<void> {
  checkAuthKey(authKey);
  const { digest = "sha256", allowMd5 = true, ...within } = options;
  const challenge = Buffer.concat([Buffer.from(`{${digest}}`), randomBytes(challengeBytes)]);
  await sendChallenge(connection, challenge);
  await judgeAnswer(connection, authKey, challenge, await receiveStep(connection, within), allowMd5);
}

/** Sends a challenge, whose beginning names a digest. */
export function sendChallenge(connection: HandshakeConnection, challenge: Uint8Array): Promise<void> {
  return connection.sendBytes(Buffer.concat([challengePrefix, challenge]));
}

/** Sends the verdict about an answer. @throws {AuthenticationError} when it is wrong. */
export async function judgeAnswer(
  connection: HandshakeConnection,
  authKey: Uint8Array,
  challenge: Uint8Array,
  answer: Uint8Array,
  allowMd5: boolean,
): Promise<void> {
  if (!isAnswer(authKey, challenge, Buffer.from(answer), allowMd5)) {
    await connection.sendBytes(failure);
    throw new AuthenticationError(
      "Cannot trust the other side of the connection: it has another key, or does not speak the protocol; give both the same authKey",
    );
  }
  connection.trust?.();
  await connection.sendBytes(welcome);
}

/**
 * Proves to the peer that this side has the key.
 *
 * Source: the handshake of CPython's `Lib/multiprocessing/connection.py`, 3.12 and later.
 *
 * @param authKey the key, of any length; may be empty.
 * @throws {AuthenticationError} when the peer does not follow the protocol, or rejects the answer.
 */
export async function answerChallenge(
  connection: HandshakeConnection,
  authKey: Uint8Array,
  options: HandshakeOptions = {},
): Promise<void> {
  checkAuthKey(authKey);
  const { allowMd5 = true, ...within } = options;
  await proveKey(connection, authKey, await receiveChallenge(connection, within), { ...within, allowMd5 });
}

/** @throws {AuthenticationError} when the peer sends no challenge. */
export async function receiveChallenge(connection: HandshakeConnection, within: WaitOptions): Promise<Buffer> {
  const message = Buffer.from(await receiveStep(connection, within));
  if (!hasPrefix(message, challengePrefix)) throw untrusted("it does not begin with a challenge");
  const challenge = message.subarray(challengePrefix.byteLength);
  if (challenge.byteLength < legacyChallengeBytes) throw untrusted("its challenge is too short");
  return challenge;
}

/** Answers a challenge, and reads the verdict. @throws {AuthenticationError} when the peer does not accept it. */
export async function proveKey(
  connection: HandshakeConnection,
  authKey: Uint8Array,
  challenge: Uint8Array,
  { allowMd5 = true, ...within }: HandshakeOptions,
): Promise<void> {
  await connection.sendBytes(createAnswer(authKey, challenge, allowMd5));
  const verdict = Buffer.from(await receiveStep(connection, within));
  if (!verdict.equals(welcome)) throw untrusted("it did not accept our key; give both the same authKey");
}

/** @throws {TypeError} when the key is not a Uint8Array. */
export function checkAuthKey(authKey: unknown): asserts authKey is Uint8Array {
  if (!(authKey instanceof Uint8Array)) {
    throw new TypeError(`Cannot read authKey: it is ${typeof authKey}, write bytes: Buffer.from("…")`);
  }
}

/**
 * The answer to a challenge, by the digest that the challenge names. A challenge of Python up to 3.11 names none and
 * gets a bare HMAC-MD5.
 */
export function createAnswer(authKey: Uint8Array, challenge: Uint8Array, allowMd5 = true): Buffer {
  const digest = challenge.byteLength === legacyChallengeBytes ? undefined : digestIn(challenge);
  if (digest === undefined && challenge.byteLength !== legacyChallengeBytes) {
    throw untrusted("its challenge names no digest that we know");
  }
  if (!allowMd5 && (digest ?? "md5") === "md5") throw untrusted("it knows HMAC-MD5 only, which is not allowed here");
  const code = hmac(digest ?? "md5", authKey, challenge);
  return digest === undefined ? code : Buffer.concat([Buffer.from(`{${digest}}`), code]);
}

function isAnswer(authKey: Uint8Array, challenge: Uint8Array, answer: Buffer, allowMd5: boolean): boolean {
  const isLegacy = answer.byteLength === md5Bytes;
  const digest = isLegacy ? "md5" : digestIn(answer);
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

function digestIn(message: Uint8Array): string | undefined {
  const [, name = ""] = /^\{(\w{1,8})\}/.exec(Buffer.from(message.subarray(0, 10)).toString("latin1")) ?? [];
  return digests.includes(name) ? name : undefined;
}

function hasPrefix(message: Buffer, prefix: Buffer): boolean {
  return message.subarray(0, prefix.byteLength).equals(prefix);
}

/** Receives one message of a handshake. */
export async function receiveStep(
  connection: HandshakeConnection,
  { timeoutMs, signal }: WaitOptions,
): Promise<Uint8Array> {
  try {
    return await connection.recvBytes({ timeoutMs, signal, maxBytes });
  } catch (cause) {
    // A message that is too long or truncated violates the protocol. Other errors, such as a timeout, keep their
    // class.
    if (!(cause instanceof ConnectionError)) throw cause;
    throw new AuthenticationError("Cannot trust the other side of the connection: it does not speak the protocol", {
      cause,
    });
  }
}

/** Random bytes that no earlier connection had. */
export function randomBytes(count: number): Buffer {
  return process.getBuiltinModule("node:crypto").randomBytes(count);
}
