import { closeSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { encodeChannelFrame, headerBytes } from "../../src/channel/channel-frame.ts";
import { LazyChannel } from "../../src/channel/lazy-channel.ts";
import { StreamChannel } from "../../src/channel/stream-channel.ts";
import { serialize } from "../../src/codec/serialize.ts";
import { socketPair } from "../../src/posix/calls/descriptors.ts";

/** A channel, and its parent's end. */
function open() {
  const [here, there] = socketPair();
  const channel = new LazyChannel(here);
  const parent = new StreamChannel(new Socket({ fd: there }));
  onTestFinished(async () => {
    channel.close();
    parent.close();
    await Promise.all([channel.closed, parent.closed]);
  });
  return { channel, parent };
}

/** Waits for the given number of messages, and keeps the program alive for them. */
function next<T>(channel: LazyChannel | StreamChannel, count: number): Promise<T[]> {
  const received: T[] = [];
  channel.ref(true);
  return new Promise((resolve) =>
    channel.receive((message: never) => {
      received.push(message);
      if (received.length === count) resolve(received);
    }),
  );
}

describe.runIf(process.platform === "linux")("LazyChannel", () => {
  it("readFirst() reads the first message and leaves the rest to receive()", async () => {
    const { channel, parent } = open();
    parent.send({ first: [1, 2, 3] });
    parent.send("second");
    parent.send("third");
    await parent.flushed();
    expect(channel.readFirst()).toEqual({ first: [1, 2, 3] });
    expect(await next(channel, 2)).toEqual(["second", "third"]);
  });

  it("readFirst() reads a message in pieces, and returns undefined for a truncated one", () => {
    const [here, there] = socketPair();
    const channel = new LazyChannel(here);
    const frame = Buffer.concat(encodeChannelFrame(serialize("whole")));
    const [header, payload] = [frame.subarray(0, headerBytes), frame.subarray(headerBytes)];
    for (const piece of [header.subarray(0, 1), header.subarray(1), payload, header, payload.subarray(1)])
      writeSync(there, piece);
    closeSync(there);
    expect(channel.readFirst()).toBe("whole");
    expect(channel.readFirst()).toBe(undefined);
    channel.close();
  });

  it("send() keeps the order of short and long messages, before and after the socket is opened", async () => {
    const { channel, parent } = open();
    const sent = ["a", "b".repeat(1000), "c".repeat(100_000), "d"];
    for (const message of sent.slice(0, 2)) channel.send(message);
    expect(channel.isFlushed).toBe(true);
    for (const message of sent.slice(2)) channel.send(message);
    expect(await next(parent, 4)).toEqual(sent);
    await channel.flushed();
    expect(channel.isFlushed).toBe(true);
  });

  it("send() does not block, however many short messages are unread", async () => {
    const { channel, parent } = open();
    const sent = Array.from({ length: 10_000 }, (_, i) => `message ${i}, which is not read while others are sent`);
    for (const message of sent) channel.send(message);
    expect(channel.isFlushed).toBe(false);
    expect(await next(parent, sent.length)).toEqual(sent);
  });

  it("send() detaches transferred buffers in the sender", async () => {
    const { channel, parent } = open();
    const { buffer } = new Uint8Array([1, 2, 3]);
    channel.send(buffer, [buffer]);
    expect(buffer.byteLength).toBe(0);
    expect(await next(parent, 1)).toEqual([new Uint8Array([1, 2, 3]).buffer]);
  });

  it("closed resolves when the other side closes, and send() then does nothing", async () => {
    const { channel, parent } = open();
    parent.close();
    await parent.closed;
    channel.send("after close");
    await channel.closed;
    channel.send("again after close");
  });

  it("the channel opens its socket and listens after a delay", async () => {
    const { channel, parent } = open();
    const received = new Promise((resolve) => channel.receive(resolve));
    parent.send("late message");
    expect(await received).toBe("late message");
  });
});
