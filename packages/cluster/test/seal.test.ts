import { createHmac, randomBytes } from "node:crypto";
import { CloneError } from "@manyhands/process";
import { serialize } from "@manyhands/process/engine";
import { describe, expect, it } from "vitest";
import { readAnnouncement, writeAnnouncement } from "../src/wire/announcement.ts";
import { isProved, prove } from "../src/wire/proof.ts";
import { type SealedFor, seal, unseal } from "../src/wire/seal.ts";
import { SeatChannel } from "../src/wire/seat-channel.ts";
import { failedAnswer, readFrom } from "../src/wire/skew.ts";

const key = Buffer.from("the key of the cluster");
const place: SealedFor = { direction: "to worker", client: "client", seat: "seat", session: "session", number: 1 };
const body = Buffer.from("a message");

describe("a sealed message", () => {
  it("is opened with its key and its place", () => {
    expect(unseal(key, seal(key, body, place), place)).toEqual(body);
  });

  it.each<[string, Partial<SealedFor>]>([
    ["the other direction", { direction: "to client" }],
    ["another client", { client: "other" }],
    ["another seat", { seat: "other" }],
    ["another time that the seat is held", { session: "other" }],
    ["another number", { number: 2 }],
    ["fields that are joined differently", { client: "client\0seat", seat: "" }],
  ])("is refused for %s", (_, other) => {
    expect(unseal(key, seal(key, body, place), { ...place, ...other })).toBeUndefined();
  });

  it.each([0, 16, 63, 64, 65, 1000])(
    "begins with the HMAC-SHA256 of its place and its bytes, with a key of %d bytes",
    (bytes) => {
      const own = randomBytes(bytes);
      const hmac = createHmac("sha256", own).update("to worker\0client\0seat\0session\x001\0").update(body).digest();
      for (let i = 0; i < 2; i++) expect(seal(own, body, place).subarray(0, 32)).toEqual(hmac);
    },
  );

  it("is refused with another key, when it was changed, and when it was truncated", () => {
    const sealed = seal(key, body, place);
    expect(unseal(Buffer.from("another key of 16"), sealed, place)).toBeUndefined();
    for (let i = 0; i < sealed.length; i++) {
      const changed = Buffer.from(sealed);
      changed[i] = (changed[i] as number) ^ 1;
      expect(unseal(key, changed, place)).toBeUndefined();
      expect(unseal(key, sealed.subarray(0, i), place)).toBeUndefined();
    }
  });
});

describe("an object with a proof", () => {
  const other = Buffer.from("another key of 16");
  const proved = JSON.parse(
    JSON.stringify(prove(key, ["seat", "a"], { client: "client", gone: undefined, list: [1] })),
  );

  it("is accepted with its key for its place, when it was read from JSON", () => {
    expect(isProved(key, ["seat", "a"], proved)).toBe(true);
    expect(isProved(key, ["seat", "b"], proved)).toBe(false);
    expect(isProved(key, ["sea", "t\0a"], proved)).toBe(false);
    expect(isProved(other, ["seat", "a"], proved)).toBe(false);
  });

  it("is refused when a field or the proof was changed", () => {
    for (const change of [{ client: "other" }, { more: 1 }, { list: [] }]) {
      expect(isProved(key, ["seat", "a"], { ...proved, ...change })).toBe(false);
    }
    for (const proof of [undefined, 1, "", "AAAA", proved.proof.slice(4)]) {
      expect(isProved(key, ["seat", "a"], { ...proved, proof })).toBe(false);
    }
  });

  it("an announcement is read with its key and the id of its worker program", () => {
    const announcement = {
      worker: "w",
      host: "h",
      pid: 1,
      cores: 2,
      protocol: 1,
      manyhands: "1",
      node: "20",
      seats: [],
    };
    const text = writeAnnouncement(key, announcement);
    expect(readAnnouncement(key, "w", text)).toMatchObject(announcement);
    expect(readAnnouncement(key, "other", text)).toBeUndefined();
    expect(readAnnouncement(other, "w", text)).toBeUndefined();
    for (const forged of ["", "null", "1", "{}", text.slice(1)])
      expect(readAnnouncement(key, "w", forged)).toBeUndefined();
  });
});

it("tasks and answers that this version of Node cannot read fail with the versions of both sides", () => {
  const read = () => readFrom(Buffer.from("no message of V8"), "result", "99.0.0");
  expect(read).toThrow(CloneError);
  expect(read).toThrow(
    `Cannot read result: Node ${process.versions.node} cannot read what Node 99.0.0 has written; run the same version`,
  );
  expect(failedAnswer(7, new Error("unread"))).toMatchObject([7, 0, [], [[null, {}]]]);
});

describe("SeatChannel", () => {
  const channels = () =>
    [
      new SeatChannel<string>(key, "to worker", "client", "seat"),
      new SeatChannel<string>(key, "to client", "client", "seat"),
    ] as const;

  it("reads messages in order, and each once", () => {
    const [client, worker] = channels();
    const [one, two] = ["one", "two"].map((text) => client.seal(serialize(text))) as [Sealed, Sealed];
    expect(worker.open(one.number, one.bytes)).toEqual({ message: "one" });
    expect(worker.open(one.number, one.bytes)).toBe("repeated");
    expect(worker.open(two.number, two.bytes)).toEqual({ message: "two" });
    expect(worker.open(one.number, one.bytes)).toBe("repeated");
  });

  it("notices that messages are missing", () => {
    const [client, worker] = channels();
    client.seal(serialize("lost"));
    const { number, bytes } = client.seal(serialize("second"));
    expect(worker.open(number, bytes)).toBe("gap");
  });

  it("reports a sealed message that this version of Node cannot read", () => {
    const [client, worker] = channels();
    const { number, bytes } = client.seal(Buffer.from("no message of V8"));
    expect(worker.open(number, bytes)).toBe("unreadable");
  });

  it("refuses messages to a worker program that had the seat before", () => {
    const [client, worker] = channels();
    client.session = "before";
    worker.session = "now";
    const { number, bytes } = client.seal(serialize("text"));
    expect(worker.open(number, bytes)).toBe("refused");
  });

  it("refuses its own messages, and messages under another number", () => {
    const [client, worker] = channels();
    const { number, bytes } = client.seal(serialize("text"));
    expect(client.open(number, bytes)).toBe("refused");
    expect(worker.open(number + 1, bytes)).toBe("refused");
    expect(worker.open(Number.NaN, bytes)).toBe("refused");
    expect(worker.open(number, bytes)).toEqual({ message: "text" });
  });
});

type Sealed = ReturnType<SeatChannel<string>["seal"]>;
