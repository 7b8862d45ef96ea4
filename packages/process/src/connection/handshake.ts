import {
  answerChallenge,
  deliverChallenge,
  type HandshakeConnection,
  type HandshakeOptions,
  judgeAnswer,
  proveKey,
  randomBytes,
  receiveChallenge,
  receiveStep,
  sendChallenge,
} from "./authentication.ts";
import { untrusted } from "./connection-error.ts";
import { finishAsClient, finishAsServer, isMutualAnswer } from "./mutual-handshake.ts";

/** How the two sides of a connection prove to each other that they have a key. Throws an `AuthenticationError`. */
export interface Handshake {
  accept(connection: HandshakeConnection, authKey: Uint8Array, options: HandshakeOptions): Promise<void>;
  connect(connection: HandshakeConnection, authKey: Uint8Array, options: HandshakeOptions): Promise<void>;
}

// Ends the random bytes of a listener's challenge. Python answers them like any others. A client of this package
// recognises them, and answers by the handshake of its own.
const tag = Buffer.from("mhands/2");

/**
 * The handshake of `Listener` and `Client`: Python's, unless both sides are of this package. An attacker between the
 * two could remove the tag, and so make them use Python's.
 */
export const pythonHandshake: Handshake = {
  async accept(connection, authKey, { allowMd5 = true, ...within }) {
    const challenge = Buffer.concat([Buffer.from("{sha256}"), randomBytes(32), tag]);
    await sendChallenge(connection, challenge);
    const answer = await receiveStep(connection, within);
    if (isMutualAnswer(answer)) return finishAsServer(connection, authKey, "connection", challenge, answer);
    await judgeAnswer(connection, authKey, challenge, answer, allowMd5);
    await answerChallenge(connection, authKey, { ...within, allowMd5 });
  },
  async connect(connection, authKey, options) {
    const { allowMd5: _, ...within } = options;
    const challenge = await receiveChallenge(connection, within);
    const isOurs = challenge.subarray(-tag.byteLength).equals(tag);
    if (isOurs) return finishAsClient(connection, authKey, "connection", challenge, within);
    await proveKey(connection, authKey, challenge, options);
    await deliverChallenge(connection, authKey, options);
  },
};

const managerHello = Buffer.from("#MANAGER#");

/** The handshake with managers, which are always of this package. Nothing else is accepted in its place. */
export const managerHandshake: Handshake = {
  async accept(connection, authKey, { allowMd5: _, ...within }) {
    const hello = Buffer.concat([managerHello, randomBytes(32)]);
    await connection.sendBytes(hello);
    await finishAsServer(connection, authKey, "manager", hello, await receiveStep(connection, within));
  },
  async connect(connection, authKey, { allowMd5: _, ...within }) {
    const hello = Buffer.from(await receiveStep(connection, within));
    const isManager = hello.byteLength === managerHello.byteLength + 32 && hello.indexOf(managerHello) === 0;
    if (!isManager) throw untrusted("it is not a manager");
    await finishAsClient(connection, authKey, "manager", hello, within);
  },
};
