import { existsSync, mkdtempSync, rmdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  AuthenticationError,
  BrokenPipeError,
  Client,
  CloneError,
  ClosedError,
  ConnectionError,
  EndOfFileError,
  Listener,
  Manager,
  NotShareableError,
  Process,
  TimeoutError,
  wait,
} from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { socketFolder } from "../../src/socket/socket-folder.ts";

const authKey = Buffer.from("secret");
const connectModule = new URL("../fixture/connect.js", import.meta.url);

let counter = 0;
const addressKinds: [string, () => string | { port: number } | undefined][] = [
  ["TCP", () => ({ port: 0 })],
  ["a Unix socket", () => join(tmpdir(), `manyhands-test-${process.pid}-${++counter}`)],
  ["a Unix socket of a random name", () => undefined],
];
if (process.platform === "linux")
  addressKinds.push(["an abstract socket", () => `\0manyhands-test-${process.pid}-${++counter}`]);

/** Creates both ends of a connection. */
async function pair(options: { authKey?: Buffer; serializer?: "v8" | "json"; maxMessageBytes?: number } = {}) {
  using listener = await new Listener(options).ready;
  const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address, options)]);
  return { ours, theirs };
}

describe.each(addressKinds)("over %s", (name, make) => {
  it("a listener and a client exchange messages", { tags: ["_TestListener.test_context"] }, async () => {
    const listener = await new Listener({ address: make(), authKey }).ready;
    {
      using _scope = listener;
      const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address, { authKey })]);
      using _ours = ours;
      using _theirs = theirs;
      await theirs.send({ kind: new Map([["a", 1n]]) });
      expect(await ours.recv()).toEqual({ kind: new Map([["a", 1n]]) });
      await ours.sendBytes(Buffer.from("back"));
      expect((await theirs.recvBytes()).toString()).toBe("back");
    }
    await expect(listener.accept()).rejects.toThrow(ClosedError);
    expect(() => listener.address).toThrow(ClosedError);
  });

  it.each(["thread", "spawn"] as const)(
    "a child by %s connects and sends a message",
    { tags: ["_TestListenerClient.test_listener_client"] },
    async (startMethod) => {
      using listener = await new Listener({ address: make() }).ready;
      const child = new Process(
        { module: connectModule, name: "hello" },
        {
          args: [listener.address, undefined, "hello"],
          startMethod,
        },
      ).start();
      using connection = await listener.accept();
      expect(await connection.recv()).toBe("hello");
      expect(await child.join()).toBe(0);
    },
  );

  it("an accepted connection receives what the client sent before it closed", {
    tags: ["_TestListenerClient.test_issue14725"],
  }, async () => {
    using listener = await new Listener({ address: make() }).ready;
    const child = new Process(
      { module: connectModule, name: "hello" },
      {
        args: [listener.address, undefined, "early"],
      },
    ).start();
    expect(await child.join()).toBe(0);
    using connection = await listener.accept();
    expect(await connection.recv()).toBe("early");
    await expect(connection.recv()).rejects.toThrow(EndOfFileError);
  });

  it("poll() of the client becomes true when the accepted side sends", {
    tags: ["_TestListenerClient.test_issue16955"],
  }, async () => {
    using listener = await new Listener({ address: make() }).ready;
    const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address)]);
    expect(await theirs.poll()).toBe(false);
    await ours.sendBytes(Buffer.from("x"));
    expect(await theirs.poll({ timeoutMs: 100_000 })).toBe(true);
    expect(await wait([theirs, ours], { timeoutMs: 0 })).toEqual([theirs]);
    ours.close();
    theirs.close();
  });

  it("a second listener fails to bind the same address", { tags: ["_TestListener.test_multiple_bind"] }, async () => {
    using listener = await new Listener({ address: make() }).ready;
    using second = new Listener({ address: listener.address });
    await expect(second.ready).rejects.toMatchObject({ code: "EADDRINUSE" });
    await expect(second.accept()).rejects.toMatchObject({ code: "EADDRINUSE" });
  });

  it("wrong keys are rejected on both sides, and the listener goes on", async () => {
    using listener = await new Listener({ address: make(), authKey }).ready;
    for (const wrong of [Buffer.from("other"), Buffer.alloc(0)]) {
      const [ours, theirs] = await Promise.allSettled([
        listener.accept(),
        Client(listener.address, { authKey: wrong }),
      ]);
      expect(ours).toMatchObject({ reason: expect.any(AuthenticationError) });
      expect(theirs).toMatchObject({ reason: expect.any(AuthenticationError) });
    }
    const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address, { authKey })]);
    ours.close();
    theirs.close();
  });

  if (name.startsWith("an abstract")) {
    it("an abstract socket creates no file", { tags: ["_TestListener.test_abstract_socket"] }, async () => {
      using listener = await new Listener({ address: make() }).ready;
      const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address)]);
      await theirs.send(1);
      expect(await ours.recv()).toBe(1);
      expect(existsSync(listener.address as string)).toBe(false);
      ours.close();
      theirs.close();
    });
  }
});

describe("a listener", () => {
  it("without an address uses a folder that only this user can enter, and removes it", async () => {
    const listener = await new Listener().ready;
    const path = listener.address as string;
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    listener.close();
    listener.close();
    expect(existsSync(dirname(path))).toBe(false);
  });

  it("binds loopback by default", async () => {
    using listener = await new Listener({ address: { port: 0 } }).ready;
    expect(listener.address).toMatchObject({ host: "127.0.0.1" });
  });

  it("reports the address of the last peer in lastAccepted", async () => {
    using listener = await new Listener({ address: { port: 0 } }).ready;
    expect(listener.lastAccepted).toBe(null);
    const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address)]);
    expect(listener.lastAccepted).toMatchObject({ host: "127.0.0.1", port: expect.any(Number) });
    ours.close();
    theirs.close();
  });

  it("rejects a waiting accept() when it is closed", async () => {
    const listener = await new Listener().ready;
    const waiting = expect(listener.accept()).rejects.toThrow(ClosedError);
    listener.close();
    await waiting;
  });

  it("ends accept() at its timeout or signal", async () => {
    using listener = await new Listener().ready;
    await expect(listener.accept({ timeoutMs: 1 })).rejects.toThrow(TimeoutError);
    await expect(listener.accept({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address)]);
    ours.close();
    theirs.close();
  });

  it("goes on waiting in accept() when the process gets a signal", {
    tags: ["TestIgnoreEINTR.test_ignore_listener"],
  }, async () => {
    const arrived = new Promise((resolve) => process.once("SIGUSR2", resolve));
    using listener = await new Listener().ready;
    const accepted = listener.accept();
    process.kill(process.pid, "SIGUSR2");
    await arrived;
    using client = await Client(listener.address);
    using ours = await accepted;
    await ours.send("still here");
    expect(await client.recv()).toBe("still here");
  });

  it("yields connections in order, and skips peers without the key", async () => {
    using listener = await new Listener({ authKey }).ready;
    const received: unknown[] = [];
    const clients = (async () => {
      await expect(Client(listener.address, { authKey: Buffer.from("no") })).rejects.toThrow(AuthenticationError);
      for (const value of [1, 2]) {
        using client = await Client(listener.address, { authKey });
        await client.send(value);
        await client.poll({ timeoutMs: Number.POSITIVE_INFINITY });
      }
      listener.close();
    })();
    for await (const connection of listener) {
      received.push(await connection.recv());
      connection.close();
    }
    await clients;
    expect(received).toEqual([1, 2]);
  });

  it.skipIf(process.platform === "win32")(
    "refuses a Windows pipe on other systems",
    { tags: ["TestInvalidFamily.test_invalid_family", "TestInvalidFamily.test_invalid_family_win32"] },
    () => {
      expect(() => new Listener({ address: "\\\\.\\pipe\\manyhands" })).toThrow(RangeError);
    },
  );

  it.each([
    [{ address: 5 }, TypeError],
    [{ address: "" }, TypeError],
    [{ address: { port: 65_536 } }, RangeError],
    [{ authKey: "text" }, TypeError],
    [{ serializer: "pickle", address: undefined }, RangeError],
    [{ adress: "x" }, TypeError],
  ])("refuses %j", async (options, error) => {
    expect(() => {
      const listener = new Listener(options as never);
      listener.close();
    }).toThrow(error);
  });
});

describe("a client", () => {
  it("rejects when nothing listens at the address", async () => {
    const { port } = await (async () => {
      using listener = await new Listener({ address: { port: 0 } }).ready;
      return listener.address as { port: number };
    })();
    await expect(Client({ port })).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await expect(Client(join(tmpdir(), "manyhands-no-listener"))).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("times out when the listener never answers", async () => {
    using listener = await new Listener().ready;
    await expect(Client(listener.address, { authKey, timeoutMs: 20 })).rejects.toThrow(TimeoutError);
  });
});

describe("a connection", () => {
  it("sends everything that structured clone keeps, and errors and buffers", async () => {
    const { ours, theirs } = await pair();
    const value = {
      error: new RangeError("far", { cause: "x" }),
      bytes: Buffer.from("b"),
      url: new URL("a:b"),
      set: new Set([1]),
    };
    await ours.send(value);
    const got = (await theirs.recv()) as typeof value;
    expect(got).toEqual(value);
    expect(got.error).toBeInstanceOf(RangeError);
    expect(Buffer.isBuffer(got.bytes)).toBe(true);
    await expect(ours.send(() => {})).rejects.toThrow(CloneError);
    await expect(ours.send(theirs)).rejects.toThrow(NotShareableError);
    ours.close();
    theirs.close();
  });

  it('sends JSON with serializer "json"', async () => {
    const { ours, theirs } = await pair({ serializer: "json" });
    await ours.send({ a: [1, null, "ü"] });
    expect(JSON.parse((await theirs.recvBytes()).toString())).toEqual({ a: [1, null, "ü"] });
    await ours.send([true]);
    expect(await theirs.recv()).toEqual([true]);
    await expect(ours.send(undefined)).rejects.toThrow(CloneError);
    await expect(ours.send(1n)).rejects.toThrow(CloneError);
    await ours.sendBytes(Buffer.from("{"));
    await expect(theirs.recv()).rejects.toThrow(ConnectionError);
    ours.close();
    theirs.close();
  });

  it("rejects waiting operations when either side closes it", async () => {
    const { ours, theirs } = await pair();
    const here = expect(ours.recv()).rejects.toThrow(ClosedError);
    const there = expect(theirs.recv()).rejects.toThrow(EndOfFileError);
    ours.close();
    ours.close();
    await here;
    await there;
    expect(ours.closed).toBe(true);
    for (const use of [() => ours.send(1), () => ours.recv(), () => ours.poll(), () => wait([ours])]) {
      await expect(use()).rejects.toThrow(ClosedError);
    }
    expect(await theirs.poll()).toBe(true);
    // The first writes may still fit into the operating system's buffer; a later one fails.
    await expect(
      (async () => {
        for (;;) await theirs.sendBytes(Buffer.alloc(1000));
      })(),
    ).rejects.toThrow(BrokenPipeError);
    theirs.close();
  });

  it("loses no message when a recv() times out or is aborted", async () => {
    const { ours, theirs } = await pair();
    await expect(theirs.recv({ timeoutMs: 1 })).rejects.toThrow(TimeoutError);
    const controller = new AbortController();
    const given = expect(theirs.recv({ signal: controller.signal })).rejects.toThrow("enough");
    controller.abort(new Error("enough"));
    await given;
    await ours.send("first");
    await ours.send("second");
    expect([await theirs.recv(), await theirs.recv()]).toEqual(["first", "second"]);
    ours.close();
    theirs.close();
  });

  it("serves several recv() calls in order", async () => {
    const { ours, theirs } = await pair();
    const received = Promise.all([theirs.recv(), theirs.recv(), theirs.recv()]);
    for (const value of [1, 2, 3]) await ours.send(value);
    expect(await received).toEqual([1, 2, 3]);
    ours.close();
    theirs.close();
  });

  it("closes itself on a message longer than its limit", async () => {
    const { ours, theirs } = await pair({ maxMessageBytes: 1000 });
    await ours.sendBytes(Buffer.alloc(1000));
    expect((await theirs.recvBytes()).byteLength).toBe(1000);
    await ours.sendBytes(Buffer.alloc(11));
    await expect(theirs.recvBytes({ maxBytes: 10 })).rejects.toThrow(ConnectionError);
    await expect(theirs.recvBytes()).rejects.toThrow(ConnectionError);
    await expect(theirs.recvBytes({ maxBytes: -1 })).rejects.toThrow(RangeError);
    ours.close();
    theirs.close();
  });

  it("makes a sender wait for a slower receiver", async () => {
    const { ours, theirs } = await pair();
    let sent = 0;
    const sending = (async () => {
      for (; sent < 64; sent++) await ours.sendBytes(Buffer.alloc(1 << 20));
      ours.close();
    })();
    while (!(await theirs.poll({ timeoutMs: 100_000 })));
    await sleep(20);
    expect(sent).toBeLessThan(32);
    let got = 0;
    for (; got < 64; got++) await theirs.recvBytes();
    await sending;
    theirs.close();
  });
});

describe.skipIf(process.platform === "win32")("the path of a socket", () => {
  it("becomes absolute when it is relative", async () => {
    const name = relative(process.cwd(), join(tmpdir(), `manyhands-test-${process.pid}-${++counter}`));
    using listener = await new Listener({ address: name }).ready;
    expect(listener.address).toBe(resolve(name));
    const child = new Process(
      { module: connectModule, name: "hello" },
      { args: [listener.address, undefined, "hello"], startMethod: "thread" },
    ).start();
    using connection = await listener.accept();
    expect(await connection.recv()).toBe("hello");
    await child.join();
  });

  it("is refused when it is too long", async () => {
    const address = join(tmpdir(), "x".repeat(120));
    expect(() => new Listener({ address })).toThrow(/has 10\d bytes at most/);
    await expect(Client(address)).rejects.toThrow(RangeError);
    expect(() => new Manager({ address })).toThrow(RangeError);
  });

  it("is in /tmp when the temporary folder's path is too long, or the folder cannot be written to", () => {
    const before = process.env.TMPDIR;
    const short = mkdtempSync("/tmp/mh-");
    try {
      process.env.TMPDIR = `/tmp/${"y".repeat(100)}`;
      expect(socketFolder()).toBe("/tmp");
      process.env.TMPDIR = "/tmp/no/such";
      expect(socketFolder()).toBe("/tmp");
      process.env.TMPDIR = short;
      expect(socketFolder()).toBe(short);
    } finally {
      rmdirSync(short);
      if (before === undefined) delete process.env.TMPDIR;
      else process.env.TMPDIR = before;
    }
  });
});
