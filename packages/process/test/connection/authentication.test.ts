import { createHmac } from "node:crypto";
import { AuthenticationError, answerChallenge, deliverChallenge } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { createAnswer } from "../../src/connection/authentication.ts";
import { AuthenticationError as SourceError } from "../../src/connection/connection-error.ts";

const key = Buffer.from("key");

/** A connection whose other side sends these messages. */
function scripted(...messages: (string | Uint8Array)[]) {
  const sent: Buffer[] = [];
  return {
    sent,
    sendBytes: async (bytes: Uint8Array) => {
      sent.push(Buffer.from(bytes));
    },
    recvBytes: async () => Buffer.from(messages.shift() ?? ""),
  };
}

describe("deliverChallenge()", () => {
  it.each([
    "something bogus",
    "",
    "{sha256}",
    "{md4}aaaaaaaaaaaaaaaa",
    "{sha256}".padEnd(40, "x"),
    "x".repeat(16),
    "#WELCOME#",
  ])("rejects the answer %j", { tags: ["OtherTest.test_deliver_challenge_auth_failure"] }, async (answer) => {
    const connection = scripted(answer);
    await expect(deliverChallenge(connection, key)).rejects.toThrow(AuthenticationError);
    expect(connection.sent.at(-1)?.toString()).toBe("#FAILURE#");
  });

  it("rejects an answer to an earlier challenge", async () => {
    const first = scripted("");
    await expect(deliverChallenge(first, key)).rejects.toThrow(AuthenticationError);
    const answer = createAnswer(key, (first.sent[0] as Buffer).subarray("#CHALLENGE#".length));
    await expect(deliverChallenge(scripted(answer), key)).rejects.toThrow(AuthenticationError);
  });
});

describe("answerChallenge()", () => {
  it("rejects a verdict other than #WELCOME#", {
    tags: ["OtherTest.test_answer_challenge_auth_failure"],
  }, async () => {
    const connection = scripted(`#CHALLENGE#${"x".repeat(20)}`, "something bogus");
    await expect(answerChallenge(connection, key)).rejects.toThrow(AuthenticationError);
  });

  it.each(["something bogus", "#CHALLENGE#short", `#CHALLENGE#${"x".repeat(40)}`, `#CHALLENGE#{md4}${"x".repeat(40)}`])(
    "does not answer the challenge %j",
    async (challenge) => {
      const connection = scripted(challenge, "#WELCOME#");
      await expect(answerChallenge(connection, key)).rejects.toThrow(AuthenticationError);
      expect(connection.sent).toEqual([]);
    },
  );
});

describe("createAnswer()", () => {
  it("returns a bare HMAC-MD5 for a challenge of Python up to 3.11", {
    tags: ["ChallengeResponseTest.test_challengeresponse"],
  }, () => {
    const challenge = Buffer.alloc(20, 7);
    expect(createAnswer(key, challenge)).toEqual(createHmac("md5", key).update(challenge).digest());
    expect(() => createAnswer(key, challenge, false)).toThrow(SourceError);
  });

  it.each([
    ["md5", "md5"],
    ["sha256", "sha256"],
    ["sha384", "sha384"],
    ["sha3_256", "sha3-256"],
    ["sha3_384", "sha3-384"],
  ])(
    "returns an answer with the prefix of a challenge by %s",
    { tags: ["ChallengeResponseTest.test_challengeresponse"] },
    (digest, name) => {
      const challenge = Buffer.concat([Buffer.from(`{${digest}}`), Buffer.alloc(40, 7)]);
      const code = createHmac(name, key).update(challenge).digest();
      expect(createAnswer(key, challenge)).toEqual(Buffer.concat([Buffer.from(`{${digest}}`), code]));
    },
  );
});
