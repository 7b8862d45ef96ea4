import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import {
  AuthenticationError,
  Client,
  ConnectionError,
  currentProcess,
  getContext,
  Listener,
  Manager,
  Process,
  SharedMemory,
} from "@manyhands/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { serialize } from "../../src/codec/serialize.ts";
import { connectTo } from "../../src/connection/client.ts";
import { managerHandshake, pythonHandshake } from "../../src/connection/handshake.ts";

/** A server of a stranger, which counts its connections. */
let trap: Server;
let connections = 0;
let port: number;
beforeAll(async () => {
  trap = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(0, "127.0.0.1");
  await once(trap, "listening");
  ({ port } = trap.address() as { port: number });
});
afterAll(() => {
  trap.close();
  expect(connections).toBe(0);
});

const form = (kind: string, data: unknown) => ({ "manyhands:form": ["shareable", { kind, data }] });
const proxyData = (changes: object = {}) => ({
  key: "k",
  address: { host: "127.0.0.1", port },
  id: 1,
  type: "list",
  exposed: { methods: ["copy"], getters: [], isIterable: false },
  proof: "",
  ...changes,
});

/** What `recv()` gives for a message with this handle. */
async function receive(value: unknown, options: { authKey?: Uint8Array } = {}): Promise<unknown> {
  using listener = await new Listener(options).ready;
  const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address, options)]);
  await theirs.sendBytes(serialize([true, value]));
  try {
    return await ours.recv();
  } finally {
    ours.close();
    theirs.close();
  }
}

describe.each([
  ["a stranger", {}],
  ["a peer with a key", { authKey: Buffer.from("shared with others") }],
])("a proxy that %s made", (_, options) => {
  it("rejects a method call with AuthenticationError", async () => {
    const received = (await receive({ list: form("ManagerProxy", proxyData()) }, options)) as {
      list: { copy(): Promise<unknown> };
    };
    await expect(received.list.copy()).rejects.toThrow(AuthenticationError);
  });

  it("can be sent on, and still connects nowhere", async () => {
    const received = await receive({ list: form("ManagerProxy", proxyData()) }, options);
    using listener = await new Listener().ready;
    const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address)]);
    await theirs.send(received);
    const again = (await ours.recv()) as { list: { copy(): Promise<unknown> } };
    await expect(again.list.copy()).rejects.toThrow(AuthenticationError);
    ours.close();
    theirs.close();
  });

  it.each([
    ["a method then", { exposed: { methods: ["then"], getters: [], isIterable: false } }],
    ["a getter then", { exposed: { methods: [], getters: ["then"], isIterable: false } }],
    ["a method constructor", { exposed: { methods: ["constructor"], getters: [], isIterable: false } }],
    ["no exposed members", { exposed: undefined }],
    ["members that are no list", { exposed: { methods: "copy", getters: {}, isIterable: false } }],
    ["an id that is no number", { id: { valueOf: 1 } }],
    ["no proof", { proof: undefined }],
  ])("is refused with %s", async (_, changes) => {
    await expect(receive(form("ManagerProxy", proxyData(changes)), options)).rejects.toThrow(ConnectionError);
  });
});

describe("a proxy that this program made", () => {
  it("works when it comes by a socket, and not when its address was changed", async () => {
    await using manager = await new Manager({ startMethod: "spawn" }).start();
    const list = await manager.list([1, 2]);
    using listener = await new Listener().ready;
    const [ours, theirs] = await Promise.all([listener.accept(), Client(listener.address)]);
    await theirs.send(list);
    const message = await ours.recvBytes();
    await theirs.sendBytes(message);
    const received = (await ours.recv()) as typeof list;
    expect(await received.copy()).toEqual([1, 2]);
    // Another manager's key, so that the known connection is not used.
    const { deserialize } = await import("node:v8");
    const [, handle] = deserialize(message);
    const { data } = handle["manyhands:form"][1];
    await theirs.sendBytes(serialize([true, form("ManagerProxy", { ...data, address: { host: "127.0.0.1", port } })]));
    const moved = (await ours.recv()) as typeof list;
    await expect(moved.copy()).rejects.toThrow(AuthenticationError);
    ours.close();
    theirs.close();
  });
});

describe("shared memory that a stranger sends", () => {
  it("is not attached to, unless the stranger proves that it has the key", async () => {
    const memory = new SharedMemory({ create: true, size: 16 });
    await expect(receive(form("SharedMemory", memory.name))).rejects.toThrow(/has not proved that it has a key/);
    const received = await receive(form("SharedMemory", memory.name), { authKey: Buffer.from("a key") });
    expect(received).toBeInstanceOf(SharedMemory);
    memory.unlink();
  });

  it("opens no other files", async () => {
    new (getContext("spawn").Lock)();
    const data = { segment: { reach: "process", path: "/etc/passwd", placeholder: 1 }, at: 0, args: [] };
    await expect(receive(form("Lock", data))).rejects.toThrow(/has not proved that it has a key/);
    await expect(receive(form("Lock", data), { authKey: Buffer.from("a key") })).rejects.toThrow(
      /it is not a file of shared memory/,
    );
  });
});

it.runIf(process.platform === "linux").each(["spawn", "forkserver"] as const)(
  "the key of a program is neither in the arguments nor in the environment of a child by %s",
  async (startMethod) => {
    const { SharedEvent } = getContext(startMethod);
    const end = new SharedEvent();
    const child = new Process(async (event: typeof end) => void (await event.wait()), { startMethod, args: [end] });
    child.start();
    const key = Buffer.from(currentProcess().authKey);
    const text = ["cmdline", "environ"].map((name) => readFileSync(`/proc/${child.pid}/${name}`, "latin1")).join();
    end.set();
    await child.join();
    for (const encoding of ["hex", "base64", "latin1"] as const) expect(text).not.toContain(key.toString(encoding));
    expect(text).toContain("node");
  },
);

describe("the handshake between two processes of this package", () => {
  const { authKey } = currentProcess();
  const untrusted = { code: "ERR_MANYHANDS_AUTHENTICATION" };

  /** A server that passes everything on to an address. */
  async function relayTo(address: string): Promise<{ port: number; close(): void; recorded: Buffer[] }> {
    const recorded: Buffer[] = [];
    const server = createServer((client) => {
      const target = connect(address);
      client.on("data", (piece) => recorded.push(piece as Buffer));
      for (const socket of [client, target]) socket.on("error", () => {});
      client.pipe(target).pipe(client);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return { port: (server.address() as { port: number }).port, close: () => server.close(), recorded };
  }

  it("a stranger who relays the proof of a Client does not enter a manager", async () => {
    await using manager = await new Manager({ startMethod: "spawn" }).start();
    const relay = await relayTo(manager.address as string);
    await expect(Client({ port: relay.port }, { authKey })).rejects.toThrow(AuthenticationError);
    await expect(connectTo(manager.address as string, { authKey }, pythonHandshake)).rejects.toMatchObject(untrusted);
    relay.close();
    expect(await manager.objectCount()).toBe(0);
  });

  it("a stranger who relays the proof of a manager's caller does not enter a listener", async () => {
    using listener = await new Listener({ authKey }).ready;
    const relay = await relayTo(listener.address as string);
    const rejected = expect(listener.accept()).rejects.toThrow(AuthenticationError);
    await expect(connectTo({ port: relay.port }, { authKey }, managerHandshake)).rejects.toMatchObject(untrusted);
    await rejected;
    relay.close();
  });

  it("a manager rejects a replayed handshake, and an echo of its own messages", async () => {
    await using manager = await new Manager({ startMethod: "spawn" }).start();
    const relay = await relayTo(manager.address as string);
    await new Manager({ address: { port: relay.port } }).connect();
    for (const send of [
      (socket: ReturnType<typeof connect>) => socket.write(Buffer.concat(relay.recorded)),
      (socket: ReturnType<typeof connect>) => socket.pipe(socket),
    ]) {
      const socket = connect(manager.address as string);
      socket.on("error", () => {});
      let text = "";
      socket.on("data", (piece) => {
        text += piece.toString("latin1");
      });
      send(socket);
      // An error, as when the manager has closed its end before the last write, does not matter here.
      await new Promise((resolve) => socket.once("close", resolve));
      expect(text).toContain("#FAILURE#");
    }
    relay.close();
  });

  it("Listener and Client use it, and not that of Python", async () => {
    using listener = await new Listener({ authKey }).ready;
    const relay = await relayTo(listener.address as string);
    const [ours, theirs] = await Promise.all([listener.accept(), Client({ port: relay.port }, { authKey })]);
    expect(Buffer.concat(relay.recorded).toString("latin1")).toContain("#MANYHANDS#");
    ours.close();
    theirs.close();
    relay.close();
  });
});
