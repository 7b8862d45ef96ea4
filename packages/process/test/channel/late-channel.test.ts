import { closeSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { frame } from "../../src/channel/channel-frame.ts";
import { LateChannel } from "../../src/channel/late-channel.ts";
import { StreamChannel } from "../../src/channel/stream-channel.ts";
import { serialize } from "../../src/codec/serialize.ts";
import { socketPair } from "../../src/posix/calls/descriptors.ts";

/** A channel, and the other side as its parent has it. */
function open() {
  const [here, there] = socketPair();
  const channel = new LateChannel(here);
  const parent = new StreamChannel(new Socket({ fd: there }));
  onTestFinished(async () => {
    channel.close();
    parent.close();
    await Promise.all([channel.closed, parent.closed]);
  });
  return { channel, parent };
}

/** The next so many messages that come; the program lives on for them. */
function next<T>(channel: LateChannel | StreamChannel, count: number): Promise<T[]> {
  const come: T[] = [];
  channel.ref(true);
  return new Promise((resolve) =>
    channel.receive((message: never) => {
      come.push(message);
      if (come.length === count) resolve(come);
    }),
  );
}

describe.runIf(process.platform === "linux")("a channel whose socket is opened late", () => {
  it("reads the first message and leaves the rest to whoever receives", async () => {
    const { channel, parent } = open();
    parent.send({ first: [1, 2, 3] });
    parent.send("second");
    parent.send("third");
    await parent.flushed();
    expect(channel.first()).toEqual({ first: [1, 2, 3] });
    expect(await next(channel, 2)).toEqual(["second", "third"]);
  });

  it("reads a first message that came in pieces, and none of one that was cut off", () => {
    const [here, there] = socketPair();
    const channel = new LateChannel(here);
    const [header, payload] = frame(serialize("whole")) as [Uint8Array, Uint8Array];
    for (const piece of [header.subarray(0, 1), header.subarray(1), payload, header, payload.subarray(1)])
      writeSync(there, piece);
    closeSync(there);
    expect(channel.first()).toBe("whole");
    expect(channel.first()).toBe(undefined);
    channel.close();
  });

  it("sends in order what is short and what is long, before it is opened and after", async () => {
    const { channel, parent } = open();
    const sent = ["a", "b".repeat(1000), "c".repeat(100_000), "d"];
    for (const message of sent.slice(0, 2)) channel.send(message);
    expect(channel.isFlushed).toBe(true);
    for (const message of sent.slice(2)) channel.send(message);
    expect(await next(parent, 4)).toEqual(sent);
    await channel.flushed();
    expect(channel.isFlushed).toBe(true);
  });

  it("never waits for a reader, however many short messages it sends", async () => {
    const { channel, parent } = open();
    const sent = Array.from({ length: 10_000 }, (_, i) => `message ${i}, which nobody reads while they are sent`);
    for (const message of sent) channel.send(message);
    expect(channel.isFlushed).toBe(false);
    expect(await next(parent, sent.length)).toEqual(sent);
  });

  it("takes what is transferred from the sender", async () => {
    const { channel, parent } = open();
    const { buffer } = new Uint8Array([1, 2, 3]);
    channel.send(buffer, [buffer]);
    expect(buffer.byteLength).toBe(0);
    expect(await next(parent, 1)).toEqual([new Uint8Array([1, 2, 3]).buffer]);
  });

  it("learns by itself that the other side is gone, and sends to nobody in peace", async () => {
    const { channel, parent } = open();
    parent.close();
    await parent.closed;
    channel.send("into the void");
    await channel.closed;
    channel.send("and once more");
  });

  it("listens after a while without being asked to", async () => {
    const { channel, parent } = open();
    const come = new Promise((resolve) => channel.receive(resolve));
    parent.send("unasked");
    expect(await come).toBe("unasked");
  });
});
