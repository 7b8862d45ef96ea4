import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Listener, Pipe } from "@manyhands/process";
import { expect } from "vitest";
import { messageOf, type Tries } from "./message-of.ts";

/** A connection of a listener in this program: both ends. */
async function connect(options: object = {}, clientOptions: object = options) {
  const listener = await new Listener(options).ready;
  const close = (connections: readonly { close(): void }[]) => {
    for (const each of [...connections, listener]) each.close();
  };
  try {
    const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address, clientOptions)]);
    return { ours, theirs, [Symbol.dispose]: () => close([ours, theirs]) };
  } catch (error) {
    close([]);
    throw error;
  }
}

/** Tries of fixes that connections name. */
export const connectionTries: Tries = {
  async "give both the same authKey"(fix) {
    const [authKey, other] = [Buffer.from("a"), Buffer.from("b")];
    expect(await messageOf(() => connect({ authKey }, { authKey: other }))).toContain(fix);
    using pair = await connect({ authKey });
    await pair.theirs.send(1);
    expect(await pair.ours.recv()).toBe(1);
  },
  async "make a new connection or pipe, and write a larger maxBytes"(fix) {
    const receive = async (maxBytes: number) => {
      const [receiver, sender] = Pipe();
      try {
        await sender.sendBytes(Buffer.from("text"));
        return Buffer.from(await receiver.recvBytes({ maxBytes })).toString();
      } finally {
        receiver.close();
        sender.close();
      }
    };
    expect(await messageOf(() => receive(3))).toContain(fix);
    expect(await receive(4)).toBe("text");
  },
  async "raise maxBytes, or have it sent in parts"(fix) {
    const receive = async (parts: readonly string[], maxBytes: number) => {
      using pair = await connect();
      for (const part of parts) await pair.theirs.sendBytes(Buffer.from(part));
      let text = "";
      for (const _ of parts) text += Buffer.from(await pair.ours.recvBytes({ maxBytes }));
      return text;
    };
    expect(await messageOf(() => receive(["text"], 3))).toContain(fix);
    expect(await receive(["text"], 4)).toBe("text");
    expect(await receive(["te", "xt"], 3)).toBe("text");
  },
  async "call recvBytes() in place of recv(), which gives the bytes"(fix) {
    using pair = await connect({ serializer: "json" });
    await pair.theirs.sendBytes(Buffer.from("no JSON"));
    await pair.theirs.sendBytes(Buffer.from("no JSON"));
    expect(await messageOf(() => pair.ours.recv())).toContain(fix);
    expect(Buffer.from(await pair.ours.recvBytes()).toString()).toBe("no JSON");
  },
  async "write a shorter one"(fix) {
    const listen = async (name: string) => (await new Listener({ address: join(tmpdir(), name) }).ready).close();
    expect(await messageOf(() => listen("x".repeat(200)))).toContain(fix);
    await listen(`manyhands-${process.pid}.sock`);
  },
};
