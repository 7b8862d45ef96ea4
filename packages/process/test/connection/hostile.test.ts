import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { AuthenticationError, Client, ConnectionError, Listener } from "@manyhands/process";
import fc from "fast-check";
import { expect, it } from "vitest";
import { frameHeader } from "../../src/connection/python-frame.ts";

const authKey = Buffer.from("secret");
const message = (text: string | Uint8Array) =>
  Buffer.concat([frameHeader(Buffer.from(text).byteLength), Buffer.from(text)]);

async function stranger(listener: Listener): Promise<Socket> {
  const socket = connect(listener.address as string);
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** Shows that the listener still lets those in who have the key. */
async function expectAlive(listener: Listener) {
  const accepted = (async () => {
    for await (const connection of listener) return connection;
    throw new Error("closed");
  })();
  using client = await Client(listener.address, { authKey });
  using ours = await accepted;
  await client.send("alive");
  expect(await ours.recv()).toBe("alive");
}

it("nobody gets in, hangs or crashes a listener with what is no handshake (seeded)", async () => {
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
  await expectAlive(listener);
});

it("no bytes make recv() hang or crash: a value, or ConnectionError (seeded)", async () => {
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

it("a message names no module to run here", async () => {
  using listener = await new Listener().ready;
  const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address)]);
  const { serialize } = await import("../../src/codec/serialize.ts");
  await theirs.sendBytes(serialize([true, { "manyhands:form": ["shareable", { kind: "process", data: 1 }] }]));
  await expect(ours.recv()).rejects.toThrow(ConnectionError);
  ours.close();
  theirs.close();
});

it("a slow peer holds up nobody, and is put out in the end", async () => {
  using listener = await new Listener({ authKey, handshakeTimeoutMs: 200 }).ready;
  const slow = await stranger(listener);
  slow.resume();
  // Writing may be what finds out first that it was put out.
  const closed = new Promise((resolve) => slow.once("close", resolve));
  const drip = setInterval(() => slow.write("\0"), 10);
  await expectAlive(listener);
  await closed;
  clearInterval(drip);
});

it("silent peers beyond the bound put the oldest out", async () => {
  using listener = await new Listener({ authKey, maxUnauthenticated: 3 }).ready;
  const first = await stranger(listener);
  first.resume();
  const closed = once(first, "close");
  const others = [await stranger(listener), await stranger(listener), await stranger(listener)];
  await closed;
  await expectAlive(listener);
  for (const other of others) other.destroy();
});

it("connections beyond the backlog are turned away", async () => {
  using listener = await new Listener({ backlog: 2 }).ready;
  const sockets = [await stranger(listener), await stranger(listener), await stranger(listener)];
  const third = sockets[2] as Socket;
  third.resume();
  await once(third, "close");
  (await listener.accept()).close();
  (await listener.accept()).close();
  for (const socket of sockets) socket.destroy();
});

it("a recorded handshake opens nothing when it is played again", async () => {
  using listener = await new Listener({ authKey }).ready;
  const said: Buffer[] = [];
  const { createServer } = await import("node:net");
  // A tape between a client and the listener.
  const tape = createServer((client) => {
    const server = connect(listener.address as string);
    client.on("data", (piece) => said.push(piece as Buffer));
    client.pipe(server).pipe(client);
  }).listen(0, "127.0.0.1");
  await once(tape, "listening");
  const { port } = tape.address() as { port: number };
  const [ours, theirs] = await Promise.all([listener.accept(), Client({ port }, { authKey })]);
  ours.close();
  theirs.close();
  tape.close();
  const accepted = expect(listener.accept()).rejects.toThrow(AuthenticationError);
  const replay = await stranger(listener);
  replay.resume();
  for (const piece of said) replay.write(piece);
  await accepted;
  replay.destroy();
});
