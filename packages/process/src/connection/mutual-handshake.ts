import type { WaitOptions } from "../base/deadline.ts";
import { type HandshakeConnection, randomBytes, receiveStep } from "./authentication.ts";
import { AuthenticationError, untrusted } from "./connection-error.ts";

/** What a connection is for. A proof for one purpose is worth nothing for another. */
export type Purpose = "connection" | "manager";

const answerPrefix = Buffer.from("#MANYHANDS#");
const failure = Buffer.from("#FAILURE#");
const nonceBytes = 32;
const macBytes = 32;

/**
 * The handshake between two processes of this package, which prove to each other that they have the key.
 *
 * Shape: the server sends a hello with random bytes. The client answers `#MANYHANDS#`, 32 random bytes of its own and
 * a code. The server sends its code, or `#FAILURE#`. A code is HMAC-SHA256 over the role of its sender and all random
 * bytes, by a key that is derived for the purpose. So an answer is of no use on another connection, in the other
 * direction or for another purpose, and nothing that the handshake of Python signs is an answer here.
 *
 * @param hello what this side has sent as the server.
 * @param answer the client's answer.
 * @throws {AuthenticationError} when the client does not have the key.
 */
export async function finishAsServer(
  connection: HandshakeConnection,
  authKey: Uint8Array,
  purpose: Purpose,
  hello: Uint8Array,
  answer: Uint8Array,
): Promise<void> {
  const nonce = answer.subarray(answerPrefix.byteLength, answerPrefix.byteLength + nonceBytes);
  const code = answer.subarray(answerPrefix.byteLength + nonceBytes);
  if (!isMutualAnswer(answer) || !isEqual(code, codeOf("client", authKey, purpose, hello, nonce))) {
    await connection.sendBytes(failure);
    throw new AuthenticationError(
      "Cannot trust the other side of the connection: it has another key, or does not speak the protocol; give both the same authKey",
    );
  }
  connection.trust?.();
  await connection.sendBytes(codeOf("server", authKey, purpose, hello, nonce));
}

/**
 * The client's part.
 *
 * @param hello what the server has sent.
 * @throws {AuthenticationError} when the server does not have the key, or does not accept ours.
 */
export async function finishAsClient(
  connection: HandshakeConnection,
  authKey: Uint8Array,
  purpose: Purpose,
  hello: Uint8Array,
  within: WaitOptions,
): Promise<void> {
  const nonce = randomBytes(nonceBytes);
  await connection.sendBytes(Buffer.concat([answerPrefix, nonce, codeOf("client", authKey, purpose, hello, nonce)]));
  const code = await receiveStep(connection, within);
  if (isEqual(code, codeOf("server", authKey, purpose, hello, nonce))) connection.trust?.();
  else throw untrusted("it did not accept our key; give both the same authKey");
}

/** Whether a client's answer is one of this handshake. */
export function isMutualAnswer(answer: Uint8Array): boolean {
  const isLongEnough = answer.byteLength === answerPrefix.byteLength + nonceBytes + macBytes;
  return isLongEnough && answerPrefix.equals(answer.subarray(0, answerPrefix.byteLength));
}

// All parts but the hello have a fixed length, so no two inputs are the same text.
function codeOf(
  role: "client" | "server",
  authKey: Uint8Array,
  purpose: Purpose,
  hello: Uint8Array,
  nonce: Uint8Array,
): Buffer {
  const { createHmac } = process.getBuiltinModule("node:crypto");
  const key = createHmac("sha256", authKey).update(`manyhands/2 ${purpose}`).digest();
  return createHmac("sha256", key).update(role).update(nonce).update(hello).digest();
}

function isEqual(given: Uint8Array, expected: Uint8Array): boolean {
  return (
    given.byteLength === expected.byteLength && process.getBuiltinModule("node:crypto").timingSafeEqual(given, expected)
  );
}
