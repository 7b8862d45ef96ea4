import { once } from "node:events";
import { connect, createServer } from "node:net";
import { AuthenticationError, Manager, Process, ProcessStateError, type Proxied } from "@manyhands/process";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { decode } from "../../src/codec/decode.ts";
import type { Encoded } from "../../src/codec/encode.ts";
import { deserialize, serialize } from "../../src/codec/serialize.ts";
import { connectTo } from "../../src/connection/client.ts";
import { managerHandshake } from "../../src/connection/handshake.ts";
import { pythonFrameHeader } from "../../src/connection/python-frame.ts";
import type { HostedQueue } from "../../src/manager/hosted/hosted-queue.ts";
import { childPids, expectNothingLeft } from "../process/nothing-left.ts";

const module = new URL("../fixture/managed.js", import.meta.url);
const authKey = Buffer.from("a key of their own");
const before = childPids();
afterEach(() => expectNothingLeft(before));

/** Serves a manager in this process whose clients share one queue. */
async function serve(address: { port: number } | undefined, queue: unknown) {
  class QueueManager extends Manager {}
  QueueManager.register("sharedQueue", () => queue);
  const server = new QueueManager({ ...(address && { address }), authKey }).getServer();
  const served = server.serveForever();
  while (typeof server.address === "object" && (server.address?.port ?? 0) === 0) await new Promise(setImmediate);
  return { server, served, address: server.address as { port: number } };
}

class PlainQueue {
  readonly #items: unknown[] = [];
  put(item: unknown) {
    this.#items.push(item);
  }
  get() {
    return this.#items.shift();
  }
}

describe("a manager at an address", () => {
  it("accepts clients with its address and key", { tags: ["_TestRemoteManager.test_remote"] }, async () => {
    const { server, served, address } = await serve({ port: 0 }, new PlainQueue());
    const values = ["text", null, true, 2.25, "hall\u00e5 v\u00e4rlden", Buffer.from("bytes"), [1, [2n]]];
    const child = new Process(
      { module, name: "putInRemoteQueue" },
      { args: [address, authKey, values], startMethod: "spawn" },
    ).start();
    expect(await child.join()).toBe(0);
    const manager = await new Manager({ address, authKey }).connect();
    const queue = (await manager.create<PlainQueue>("sharedQueue")) as Proxied<PlainQueue>;
    for (const value of values) expect(await queue.get()).toEqual(value);
    await expect(queue.put(new WeakMap())).rejects.toThrow(TypeError);
    await expect(queue.put({ deep: [Promise.resolve()] })).rejects.toMatchObject({ code: "ERR_MANYHANDS_CLONE" });
    expect(() => manager.shutdown()).toThrow(ProcessStateError);
    await manager[Symbol.asyncDispose]();
    server.close();
    await served;
  });

  it.each(["v8", "pickle"] as const)("rejects calls when it has ended: serializer %s", async (serializer) => {
    class QueueManager extends Manager {}
    QueueManager.register("sharedQueue", () => new PlainQueue());
    const server = new QueueManager({ address: { port: 0 }, authKey, serializer }).getServer();
    const served = server.serveForever();
    while ((server.address as { port: number }).port === 0) await new Promise(setImmediate);
    const { port } = server.address as { port: number };
    await using manager = await new Manager({ address: { port }, authKey, serializer }).connect();
    const queue = await manager.create<PlainQueue>("sharedQueue");
    await queue.put(1);
    server.close();
    await served;
    const reject = () => expect(queue.put(2)).rejects.toMatchObject({ code: "ERR_MANYHANDS_BROKEN_PIPE" });
    // Its connection ends, later calls find nothing at the address, or a program that ends while they connect.
    for (let i = 0; i < 3; i++) await reject();
    const ending = createServer((socket) => socket.destroy()).listen(port, "127.0.0.1");
    await once(ending, "listening");
    await reject();
    ending.close();
  });

  it("restarts at the same address at once", {
    tags: ["_TestManagerRestart.test_rapid_restart"],
  }, async () => {
    const first = await serve({ port: 0 }, new PlainQueue());
    const { address } = first;
    const manager = await new Manager({ address, authKey }).connect();
    await ((await manager.create<PlainQueue>("sharedQueue")) as Proxied<PlainQueue>).put("x");
    await manager[Symbol.asyncDispose]();
    first.server.close();
    await first.served;
    for (let i = 0; i < 3; i++) {
      await using again = await new Manager({ address, authKey }).start();
      const queue = (await again.queue()) as Proxied<HostedQueue>;
      await queue.put(i);
      expect(await queue.get()).toBe(i);
    }
  });

  it("serves a hundred clients that connect at once", async () => {
    await using manager = await new Manager({ startMethod: "thread" }).start();
    const address = manager.address as string;
    const clients = await Promise.all(Array.from({ length: 100 }, () => new Manager({ address }).connect()));
    const answers = clients.map(async (client, i) => (await client.list([i])).get(0));
    expect(await Promise.all(answers)).toEqual(clients.map((_, i) => i));
    await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  });

  it("rejects clients without the key, and connect() fails where nothing listens", async () => {
    await using manager = await new Manager({ startMethod: "thread" }).start();
    await expect(new Manager({ address: manager.address as string, authKey }).connect()).rejects.toThrow(
      AuthenticationError,
    );
    await expect(new Manager({ address: "/nowhere/at/all" }).connect()).rejects.toMatchObject({ code: "ENOENT" });
    await expect(new Manager().connect()).rejects.toThrow(TypeError);
  });

  it("survives invalid messages of authenticated clients (seeded)", async () => {
    await using manager = await new Manager({ startMethod: "thread", authKey }).start();
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.anything().map((value) => serialize(value)),
      fc
        .tuple(fc.constantFrom(0, 1, 2, 3, 4), fc.integer(), fc.anything(), fc.anything(), fc.anything())
        .map((value) => serialize(value)),
      fc
        .tuple(
          fc.constantFrom(1, 2),
          fc.nat(3),
          fc.nat(3),
          fc.constantFrom("create", "hold", "lend", "release", "cancel", "drop", "constructor", "@call"),
          fc.oneof(
            fc.anything(),
            fc.record({ value: fc.array(fc.anything()), forms: fc.boolean(), modules: fc.constant([]) }),
          ),
        )
        .map((value) => serialize(value)),
      fc.constant(serialize(Object.assign([1, 1, 0, "count"], { length: 2 ** 32 - 1 }))),
      fc.constant(serialize({ id: "1", type: "GET", path: ["constructor"] })),
      fc.constant(
        serialize({
          id: "1",
          type: "APPLY",
          path: ["call", "constructor"],
          argumentList: [{ type: "RAW", value: "return process" }],
        }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 5 }), async (messages) => {
        using client = await connectTo(manager.address as string, { authKey }, managerHandshake);
        for (const message of messages) await client.sendBytes(message).catch(() => {});
      }),
      { seed: 20260822, numRuns: 150 },
    );
    expect(await (await manager.list([1])).copy()).toEqual([1]);
  });

  it("closes a connection that announces a message that is too long", async () => {
    await using manager = await new Manager({ startMethod: "thread", authKey, maxMessageBytes: 10_000 }).start();
    using client = await connectTo(manager.address as string, { authKey }, managerHandshake);
    await client.sendBytes(Buffer.alloc(10_001));
    await expect(client.recvBytes()).rejects.toThrow();
    const list = await manager.list([1]);
    expect(await list.copy()).toEqual([1]);
    const raw = connect(manager.address as string);
    raw.on("error", () => {});
    raw.resume();
    raw.write(pythonFrameHeader(2 ** 31));
    await once(raw, "close");
  });

  it("refuses to register types or members with unsafe names", () => {
    class Careless extends Manager {}
    for (const name of ["constructor", "__proto__", "prototype", "__defineGetter__"]) {
      expect(() => Careless.register("Thing", () => ({}), { exposed: [name] })).toThrow(TypeError);
    }
    expect(() => Careless.register("not a word", () => ({}))).toThrow(TypeError);
    expect(() => Careless.register("Thing", () => ({}), { exposed: ["then"] })).toThrow(/taken for a promise/);
    for (const name of ["start", "shutdown", "constructor", "toString"]) {
      expect(() => Careless.register(name, () => ({}))).toThrow(/managers have a method of that name/);
    }
    expect(() => Careless.register("then", () => ({}))).toThrow(/taken for a promise/);
  });

  it("replies with an error to a call of an unknown object", async () => {
    await using manager = await new Manager({ startMethod: "thread", authKey }).start();
    using client = await connectTo(manager.address as string, { authKey }, managerHandshake);
    await client.sendBytes(serialize([1, 1, 99, "get"]));
    const [kind, number, answer] = deserialize(await client.recvBytes()) as [number, number, { error: Encoded }];
    expect([kind, number]).toEqual([4, 1]);
    expect(decode(answer.error)).toMatchObject({
      name: "RemoteError",
      message: expect.stringContaining("it was removed"),
    });
  });

  it("stops receiving from a caller with too many unread replies until it reads them, and serves others", async () => {
    await using manager = await new Manager({ startMethod: "spawn", authKey }).start();
    const calls = 256;
    const left = await manager.list(Array.from({ length: calls }, (_, i) => i));
    const megabytes = await manager.list(["x".repeat(2 ** 20)]);
    using idle = await connectTo(manager.address as string, { authKey }, managerHandshake);
    for (let i = 0; i < calls; i++) {
      await idle.sendBytes(serialize([1, 2 * i, 1, "pop", 0]));
      await idle.sendBytes(serialize([1, 2 * i + 1, 2, "get", 0]));
    }
    while ((await left.copy()).length === calls);
    // Many iterations of the manager's event loop, in each of which it could receive more.
    for (let turn = 0; turn < 500; turn++) expect(await megabytes.count("y")).toBe(0);
    expect((await left.copy()).length).toBeGreaterThan(calls - 64);
    expect((await manager.process?.info())?.residentBytes).toBeLessThan(calls * 2 ** 20);
    for (let i = 0; i < calls; i++) {
      expect(deserialize(await idle.recvBytes())).toEqual([3, 2 * i, i]);
      expect((await idle.recvBytes()).byteLength).toBeGreaterThan(2 ** 20);
    }
    expect(await left.copy()).toEqual([]);
  });

  it("calls time out when the manager is stopped", async () => {
    await using manager = await new Manager({ startMethod: "spawn" }).start();
    const list = await manager.list([1]);
    const child = new Process({ module, name: "callStopped" }, { args: [list, manager.process?.pid] }).start();
    expect(await child.result()).toEqual(["ERR_MANYHANDS_TIMEOUT", [1]]);
  });
});
