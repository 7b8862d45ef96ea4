import { AuthenticationError, Client, ConnectionError, EndOfFileError, Listener } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { PythonPeer, pythons } from "./pythons.ts";

const authKey = Buffer.from("secret");
const text = (address: unknown) => (typeof address === "string" ? address : String((address as { port: number }).port));

it("a Python is here to talk to, or these tests show nothing", () => {
  if (process.env.CI) expect(pythons).not.toEqual([]);
});

describe.each(pythons)("Python $version", (python) => {
  const families = [
    ["TCP", { port: 0 }],
    ["a Unix socket", undefined],
  ] as const;

  it.each(families)("'s client talks to our listener over %s", async (_, address) => {
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

  it.each(families)("'s listener talks to our client over %s", async (_, address) => {
    await using peer = new PythonPeer(python, "listen", address === undefined ? "" : "0", "secret");
    const { address: heard } = await peer.hear();
    const connection = await Client(typeof heard === "string" ? heard : { port: heard as number }, { authKey });
    for (const message of ["", "x", "y".repeat(16_385)]) {
      await connection.sendBytes(Buffer.from(message));
      expect((await connection.recvBytes()).toString()).toBe(message);
    }
    connection.close();
    expect(await peer.hear()).toEqual({ ended: "EOFError" });
    expect(await peer.exited).toBe(0);
  });

  it("'s client with another key is refused, and told so", async () => {
    using listener = await new Listener({ authKey }).ready;
    await using peer = new PythonPeer(python, "echo", text(listener.address), "wrong");
    await expect(listener.accept()).rejects.toThrow(AuthenticationError);
    expect(await peer.hear()).toEqual({ refused: "digest sent was rejected" });
  });

  it("'s listener with another key refuses us, and we are told so", async () => {
    await using peer = new PythonPeer(python, "listen", "", "wrong");
    const { address } = await peer.hear();
    await expect(Client(address as string, { authKey })).rejects.toThrow(AuthenticationError);
    expect(await peer.hear()).toHaveProperty("refused");
  });

  it("gets and sends 100 MB in one message", async () => {
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

  it("ends in mid-message, and the message is not taken for a whole one", async () => {
    using listener = await new Listener({ authKey }).ready;
    await using _peer = new PythonPeer(python, "die-in-message", text(listener.address), "secret");
    using connection = await listener.accept();
    await expect(connection.recvBytes()).rejects.toThrow(ConnectionError);
  });

  it("may use the header for messages of 2 GiB and more", async () => {
    using listener = await new Listener({ authKey }).ready;
    await using _peer = new PythonPeer(python, "long-header", text(listener.address), "secret");
    using connection = await listener.accept();
    expect((await connection.recvBytes()).toString()).toBe("hello");
  });

  it("is refused where HMAC-MD5 is not allowed and it knows nothing else", async () => {
    using listener = await new Listener({ authKey, allowMd5: false }).ready;
    await using peer = new PythonPeer(python, "send", text(listener.address), "secret", "hello");
    const isOld = Number(python.version.split(".")[1]) < 12;
    if (isOld) {
      await expect(listener.accept()).rejects.toThrow(AuthenticationError);
      expect(await peer.hear()).toHaveProperty("refused");
    } else expect((await (await listener.accept()).recvBytes()).toString()).toBe("hello");
  });
});
