import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { AuthenticationError, Client, ConnectionError, Listener } from "@manyhands/process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { pythonFrameHeader } from "../../src/connection/python-frame.ts";

const authKey = Buffer.from("secret");
const message = (text: string | Uint8Array) =>
  Buffer.concat([pythonFrameHeader(Buffer.from(text).byteLength), Buffer.from(text)]);

async function stranger(listener: Listener): Promise<Socket> {
  const socket = connect(listener.address as string);
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Checks that the listener still accepts a client with the key. */
async function expectAccepting(listener: Listener) {
  const accepted = (async () => {
    for await (const connection of listener) return connection;
    throw new Error("closed");
  })();
  using client = await Client(listener.address, { authKey });
  using ours = await accepted;
  await client.send("alive");
  expect(await ours.recv()).toBe("alive");
}

it("a listener rejects invalid handshakes without a hang or crash (seeded)", async () => {
  using listener = await new Listener({ authKey }).ready;
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc.uint8Array({ maxLength: 300 }).map(message),
    fc.constantFrom("#WELCOME#", "#FAILURE#", "#CHALLENGE#", "{sha256}", "{md5}").map(message),
    fc
      .constantFrom("ffffffffffffffffffffffff", "7fffffff", "80000000", "ffffffff")
      .map((hex) => Buffer.from(hex, "hex")),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(noise, { minLength: 1, maxLength: 4 }), async (pieces) => {
      const accepted = expect(listener.accept()).rejects.toThrow(AuthenticationError);
      const socket = await stranger(listener);
      socket.resume();
      for (const piece of pieces) socket.write(piece);
      socket.end();
      await accepted;
      socket.destroy();
    }),
    { seed: 20260822, numRuns: 200 },
  );
  await expectAccepting(listener);
});

it("recv() returns a value or throws ConnectionError, whatever the bytes (seeded)", async () => {
  using listener = await new Listener().ready;
  const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address)]);
  await theirs.send({ a: [1, new Error("x"), new Map([[1, "y"]])] });
  const valid = await ours.recvBytes();
  const mutated = fc
    .array(fc.tuple(fc.nat(valid.byteLength - 1), fc.nat(255)), { maxLength: 6 })
    .map((changes) => changes.reduce((bytes, [at, value]) => bytes.fill(value, at, at + 1), Buffer.from(valid)));
  await fc.assert(
    fc.asyncProperty(fc.oneof(mutated, fc.uint8Array({ maxLength: 200 })), async (bytes) => {
      await theirs.sendBytes(bytes);
      await ours.recv().catch((error) => expect(error).toBeInstanceOf(ConnectionError));
    }),
    { seed: 20260822, numRuns: 2000 },
  );
  ours.close();
  theirs.close();
});

it("recv() imports no module that a message names", async () => {
  using listener = await new Listener().ready;
  const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address)]);
  const { serialize } = await import("../../src/codec/serialize.ts");
  await theirs.sendBytes(serialize([true, { "manyhands:form": ["shareable", { kind: "process", data: 1 }] }]));
  await expect(ours.recv()).rejects.toThrow(ConnectionError);
  ours.close();
  theirs.close();
});

it("a listener accepts others during a slow handshake, and closes it at the time limit", async () => {
  using listener = await new Listener({ authKey, handshakeTimeoutMs: 200 }).ready;
  const slow = await stranger(listener);
  slow.resume();
  // A write error may come before the "close" event.
  const closed = new Promise((resolve) => slow.once("close", resolve));
  const drip = setInterval(() => slow.write("\0"), 10);
  await expectAccepting(listener);
  await closed;
  clearInterval(drip);
});

it("a listener closes the oldest handshake when there are too many", async () => {
  using listener = await new Listener({ authKey, maxUnauthenticated: 3 }).ready;
  const first = await stranger(listener);
  first.resume();
  const closed = once(first, "close");
  const others = [await stranger(listener), await stranger(listener), await stranger(listener)];
  await closed;
  await expectAccepting(listener);
  for (const other of others) other.destroy();
});

it("a listener closes connections beyond the backlog", async () => {
  using listener = await new Listener({ backlog: 2 }).ready;
  const sockets = [await stranger(listener), await stranger(listener), await stranger(listener)];
  const third = sockets[2] as Socket;
  third.resume();
  await once(third, "close");
  (await listener.accept()).close();
  (await listener.accept()).close();
  for (const socket of sockets) socket.destroy();
});

it("a listener rejects a replayed handshake", async () => {
  using listener = await new Listener({ authKey }).ready;
  const recorded: Buffer[] = [];
  const { createServer } = await import("node:net");
  // A proxy that records what the client sends to the listener.
  const recorder = createServer((client) => {
    const server = connect(listener.address as string);
    client.on("data", (piece) => recorded.push(piece as Buffer));
    client.pipe(server).pipe(client);
  }).listen(0, "127.0.0.1");
  await once(recorder, "listening");
  const { port } = recorder.address() as { port: number };
  const [ours, theirs] = await Promise.all([listener.accept(), Client({ port }, { authKey })]);
  ours.close();
  theirs.close();
  recorder.close();
  const accepted = expect(listener.accept()).rejects.toThrow(AuthenticationError);
  const replay = await stranger(listener);
  replay.resume();
  for (const piece of recorded) replay.write(piece);
  await accepted;
  replay.destroy();
});
