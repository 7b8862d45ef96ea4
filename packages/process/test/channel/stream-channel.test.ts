import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { StreamChannel } from "../../src/channel/stream-channel.ts";

let folder: string;
let near: Socket;
let far: Socket;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "channel-"));
  const path = process.platform === "win32" ? `\\\\?\\pipe\\${folder}` : join(folder, "socket");
  const server = createServer().listen(path);
  await once(server, "listening");
  near = connect(path);
  const [[accepted]] = (await Promise.all([once(server, "connection"), once(near, "connect")])) as [[Socket], unknown];
  far = accepted;
  server.close();
});
afterEach(async () => {
  for (const socket of [near, far]) if (!socket.destroyed) await once(socket.destroy(), "close");
  rmSync(folder, { recursive: true });
});

const large = new Uint8Array(2 ** 22);

it("flushed() adds no listener to the socket, however many callers wait", async () => {
  const channel = new StreamChannel(near);
  const listeners = () => near.eventNames().map((name) => [name, near.listenerCount(name)]);
  const before = listeners();
  const waiting = Array.from({ length: 20 }, () => {
    channel.send(large);
    return channel.flushed();
  });
  expect(channel.isFlushed).toBe(false);
  expect(listeners()).toEqual(before);
  far.resume();
  await Promise.all(waiting);
  expect(channel.isFlushed).toBe(true);
});

it("flushed() resolves when the channel closes before all is written", async () => {
  const channel = new StreamChannel(near);
  channel.send(large);
  const waiting = channel.flushed();
  channel.close();
  await Promise.all([waiting, channel.closed]);
});

it("next() takes one message and leaves those behind it to receive()", async () => {
  const [channel, parent] = [new StreamChannel(near), new StreamChannel(far)];
  for (const message of ["first", "second", "third"]) parent.send(message);
  channel.ref(true);
  expect(await channel.next()).toBe("first");
  const rest: string[] = [];
  await new Promise<void>((resolve) =>
    channel.receive((message: string) => {
      if (rest.push(message) === 2) resolve();
    }),
  );
  expect(rest).toEqual(["second", "third"]);
});

it("next() resolves with undefined when the other side is gone", async () => {
  const channel = new StreamChannel(near);
  far.destroy();
  expect(await channel.next()).toBe(undefined);
});
