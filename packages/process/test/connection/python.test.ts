import { AuthenticationError, Client, ConnectionError, EndOfFileError, Listener } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { PythonPeer, pythons } from "./pythons.ts";

const authKey = Buffer.from("secret");
const text = (address: unknown) => (typeof address === "string" ? address : String((address as { port: number }).port));

it("CI has a Python to test against", () => {
  if (process.env.CI) expect(pythons).not.toEqual([]);
});

describe.each(pythons)("Python $version", (python) => {
  const addressKinds = [
    ["TCP", { port: 0 }],
    ["a Unix socket", undefined],
  ] as const;

  it.each(addressKinds)("a Python client sends messages to a listener over %s", async (_, address) => {
    using listener = await new Listener({ address, authKey }).ready;
    await using peer = new PythonPeer(python, "send", text(listener.address), "secret", "hello", "", "wörld");
    using connection = await listener.accept();
    expect([
      (await connection.recvBytes()).toString(),
      (await connection.recvBytes()).toString(),
      (await connection.recvBytes()).toString(),
    ]).toEqual(["hello", "", "wörld"]);
    await expect(connection.recvBytes()).rejects.toThrow(EndOfFileError);
    expect(await peer.exited).toBe(0);
  });

  it.each(addressKinds)("a Python listener exchanges messages with a client over %s", async (_, address) => {
    await using peer = new PythonPeer(python, "listen", address === undefined ? "" : "0", "secret");
    const { address: listening } = await peer.nextLine();
    const connection = await Client(typeof listening === "string" ? listening : { port: listening as number }, {
      authKey,
    });
    for (const message of ["", "x", "y".repeat(16_385)]) {
      await connection.sendBytes(Buffer.from(message));
      expect((await connection.recvBytes()).toString()).toBe(message);
    }
    connection.close();
    expect(await peer.nextLine()).toEqual({ ended: "EOFError" });
    expect(await peer.exited).toBe(0);
  });

  it("a listener rejects a Python client with another key, which gets the verdict", async () => {
    using listener = await new Listener({ authKey }).ready;
    await using peer = new PythonPeer(python, "echo", text(listener.address), "wrong");
    await expect(listener.accept()).rejects.toThrow(AuthenticationError);
    expect(await peer.nextLine()).toEqual({ refused: "digest sent was rejected" });
  });

  it("Client() rejects when a Python listener has another key", async () => {
    await using peer = new PythonPeer(python, "listen", "", "wrong");
    const { address } = await peer.nextLine();
    await expect(Client(address as string, { authKey })).rejects.toThrow(AuthenticationError);
    expect(await peer.nextLine()).toHaveProperty("refused");
  });

  it("a connection exchanges a message of 100 MB", async () => {
    using listener = await new Listener({ authKey }).ready;
    await using _peer = new PythonPeer(python, "echo", text(listener.address), "secret");
    using connection = await listener.accept();
    const bytes = Buffer.alloc(
      100_000_000,
      Uint8Array.from({ length: 251 }, (_, i) => i),
    );
    await connection.sendBytes(bytes);
    expect((await connection.recvBytes()).equals(bytes)).toBe(true);
  });

  it("recvBytes() rejects a message that Python sent only in part", async () => {
    using listener = await new Listener({ authKey }).ready;
    await using _peer = new PythonPeer(python, "die-in-message", text(listener.address), "secret");
    using connection = await listener.accept();
    await expect(connection.recvBytes()).rejects.toThrow(ConnectionError);
  });

  it("recvBytes() reads the header for messages of 2 GiB and more", async () => {
    using listener = await new Listener({ authKey }).ready;
    await using _peer = new PythonPeer(python, "long-header", text(listener.address), "secret");
    using connection = await listener.accept();
    expect((await connection.recvBytes()).toString()).toBe("hello");
  });

  it("a listener with allowMd5: false rejects a Python that has only HMAC-MD5", async () => {
    using listener = await new Listener({ authKey, allowMd5: false }).ready;
    await using peer = new PythonPeer(python, "send", text(listener.address), "secret", "hello");
    const isOld = Number(python.version.split(".")[1]) < 12;
    if (isOld) {
      await expect(listener.accept()).rejects.toThrow(AuthenticationError);
      expect(await peer.nextLine()).toHaveProperty("refused");
    } else expect((await (await listener.accept()).recvBytes()).toString()).toBe("hello");
  });
});
