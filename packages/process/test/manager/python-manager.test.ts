import {
  AuthenticationError,
  BrokenPipeError,
  Client,
  CloneError,
  callMethod,
  currentProcess,
  keywords,
  Manager,
  NotShareableError,
  Process,
  PythonError,
  QueueEmptyError,
  RemoteError,
  TimeoutError,
} from "@manyhands/process";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { PythonTuple } from "../../src/pickle/python-object.ts";
import { readPickle } from "../../src/pickle/read-pickle.ts";
import { writePickle } from "../../src/pickle/write-pickle.ts";
import { PythonPeer, pythons } from "../connection/pythons.ts";
import { childPids, expectNothingLeft } from "../process/nothing-left.ts";

const module = new URL("../fixture/managed.js", import.meta.url);
const authKey = Buffer.from("abracadabra");
// The key of this program, so that its children can use proxies.
currentProcess().authKey = authKey;
const before = childPids();
afterEach(() => expectNothingLeft(before));

class PythonProgram extends PythonPeer {
  static override readonly file = "python-managers.py";
}

const QueueManager = class extends Manager {}.register("get_queue").register("Shop");

const addresses = [
  ["TCP", "0"],
  ["a Unix socket", ""],
] as const;

describe.skipIf(pythons.length === 0).each(pythons)("a manager of Python $version", (python) => {
  async function serve(address = "") {
    const peer = new PythonProgram(python, "serve", address, authKey.toString());
    const { address: listening } = await peer.nextLine();
    const options = {
      address: typeof listening === "string" ? listening : { port: listening as number },
      authKey,
      serializer: "pickle",
    } as const;
    const manager = await new QueueManager(options).connect();
    return {
      peer,
      manager,
      options,
      shop: (...args: unknown[]) => manager.create("Shop", ...args),
      async [Symbol.asyncDispose]() {
        await manager[Symbol.asyncDispose]();
        await peer[Symbol.asyncDispose]();
      },
    };
  }

  it.each(addresses)(
    "shares the queue of Python's documentation, over %s",
    {
      tags: ["_TestRemoteManager.test_remote"],
    },
    async (_, address) => {
      await using served = await serve(address);
      const { manager, options } = served;
      const queue = await manager.get_queue();
      await queue.put("hello");
      const other = await new QueueManager(options).connect();
      const same = await other.get_queue();
      expect(await same.get()).toBe("hello");
      const values = [null, true, 2 ** 40, 2n ** 80n, 2.25, "hall\u00e5", Buffer.from("bytes"), [1, [2]], { a: 1 }];
      for (const value of values) await queue.put(value);
      for (const value of values) expect(await same.get()).toEqual(value);
      expect([await queue.qsize(), await queue.empty()]).toEqual([0, true]);
      await other[Symbol.asyncDispose]();
    },
  );

  it("calls methods with keyword arguments, and returns plain data", async () => {
    await using served = await serve();
    const shop = await served.shop("corner", keywords({ stock: 5 }));
    expect(await shop.buy(2, keywords({ note: "ta" }))).toEqual({
      left: 3,
      note: "ta",
      who: ["corner", Buffer.from([0, 255])],
    });
    expect(await shop.echo(new Set([1]), new Map([[[1, 2], "x"]]), undefined)).toEqual([
      new Set([1]),
      new Map([[[1, 2], "x"]]),
      null,
      {},
    ]);
    expect(await callMethod(shop, "echo", [keywords({ class: 1 })])).toEqual([{ class: 1 }]);
    expect("nothing" in shop).toBe(false);
  });

  it("rejects with the exception of Python", async () => {
    await using served = await serve();
    const { manager } = served;
    const shop = await served.shop();
    const soldOut = await shop.buy(3).catch((error: unknown) => error);
    expect(soldOut).toBeInstanceOf(PythonError);
    expect(soldOut).toMatchObject({
      code: "ERR_MANYHANDS_PYTHON",
      pythonClass: "__main__.SoldOut",
      args: [3, 0],
      message: "__main__.SoldOut: 3, 0",
    });
    expect(soldOut.stack).toContain("python-manager.test.ts");
    await expect(shop.fail("ValueError", "bad", 1)).rejects.toMatchObject({
      pythonClass: "ValueError",
      args: ["bad", 1],
    });
    await expect(shop.fail("FileNotFoundError", 2, "no such file")).rejects.toMatchObject({
      pythonClass: "FileNotFoundError",
    });
    const queue = await manager.get_queue();
    await expect(queue.get_nowait()).rejects.toThrow(QueueEmptyError);
    await expect(queue.get(true, 0.01)).rejects.toThrow(QueueEmptyError);
    await expect(queue.get(keywords({ timeout: 0.01 }))).rejects.toThrow(QueueEmptyError);
    await expect(callMethod(shop, "_hidden")).rejects.toThrow(RemoteError);
    await expect(shop.function()).rejects.toThrow(/pickle|local object/);
    await expect(manager.create("Nothing")).rejects.toThrow("KeyError: 'Nothing'");
    await expect(shop.echo(() => 1)).rejects.toThrow(CloneError);
    await expect(shop.echo(new Date())).rejects.toThrow("the arguments of Shop.echo()");
    await expect(manager.sharedMemory(1)).rejects.toThrow(RemoteError);
    expect(await shop.echo("still here")).toEqual(["still here", {}]);
  });

  it("has proxies: those it returns, those in values, and those sent to it", async () => {
    await using served = await serve();
    const { manager } = served;
    const shop = await served.shop();
    const branch = await shop.branch();
    expect(await branch.buy()).toMatchObject({ left: 0, who: ["branch", expect.anything()] });
    const list = await manager.create("list", [3, 1, 2]);
    await list.append(4);
    const seen: unknown[] = [];
    for await (const item of list) seen.push(item);
    expect(seen).toEqual([3, 1, 2, 4]);
    const outer = await manager.create("list", [list]);
    const same = await outer.__getitem__(0);
    await same.append(5);
    expect(await list.__len__()).toBe(5);
    const dict = await manager.create("dict", { a: 1, b: 2 });
    const keys: unknown[] = [];
    for await (const key of dict) keys.push(key);
    expect([keys, await dict.items()]).toEqual([
      ["a", "b"],
      [
        ["a", 1],
        ["b", 2],
      ],
    ]);
    const counted: unknown[] = [];
    for await (const i of await shop.count(3)) counted.push(i);
    expect(counted).toEqual([0, 1, 2]);
  });

  it("is called by a child that connects by itself, and not by a proxy that is sent to it", async () => {
    await using served = await serve();
    const queue = await served.manager.get_queue();
    const start = (name: string, ...args: unknown[]) =>
      new Process({ module, name }, { args, startMethod: "spawn" }).start();
    expect(() => start("blockInGet", queue)).toThrow(NotShareableError);
    await start("putInPython", served.options, "from a child").result();
    expect(await queue.get()).toBe("from a child");
  });

  it("counts the references of proxies", async () => {
    await using served = await serve();
    const { manager } = served;
    const empty = await manager.objectCount();
    const shops = await Promise.all(Array.from({ length: 20 }, () => served.shop()));
    expect(await manager.objectCount()).toBe(empty + 20);
    for (const shop of shops) shop[Symbol.dispose]();
    while ((await manager.objectCount()) > empty) await new Promise(setImmediate);
  });

  it("answers many calls at once, and ends a call at its timeout or signal", async () => {
    await using served = await serve();
    const shop = await served.shop();
    const calls = Array.from({ length: 50 }, (_, i) => shop.echo(i));
    expect((await Promise.all(calls)).map(([i]) => i)).toEqual(calls.map((_, i) => i));
    const queue = await served.manager.get_queue();
    await expect(callMethod(queue, "get", [], { timeoutMs: 20 })).rejects.toThrow(TimeoutError);
    const waiting = callMethod(queue, "get", [], { signal: AbortSignal.timeout(20) });
    await expect(waiting).rejects.toMatchObject({ name: "TimeoutError" });
    expect(await shop.echo(1)).toEqual([1, {}]);
  });

  it("rejects calls when it was killed, and connect() without its key", async () => {
    await using served = await serve();
    const { options, manager, peer } = served;
    await expect(new Manager({ ...options, authKey: Buffer.from("wrong") }).connect()).rejects.toThrow(
      AuthenticationError,
    );
    await expect(new Manager({ ...options, serializer: "v8" }).connect()).rejects.toThrow(AuthenticationError);
    const queue = await manager.get_queue();
    const waiting = expect(queue.get()).rejects.toThrow(BrokenPipeError);
    await queue.qsize();
    await peer[Symbol.asyncDispose]();
    await waiting;
    // By a connection that was open, and by new ones.
    for (let i = 0; i < 3; i++) await expect(queue.qsize()).rejects.toThrow(BrokenPipeError);
  });
});

describe.skipIf(pythons.length === 0).each(pythons)("a client of Python $version", (python) => {
  const program = (role: string, address: unknown) =>
    new PythonProgram(python, role, portOrPath(address), authKey.toString());

  it.each(addresses)(
    "runs Python's documentation with a manager here, over %s",
    {
      tags: ["_TestRemoteManager.test_remote"],
    },
    async (_, address) => {
      const items = ["from here"];
      const server = new (class extends Manager {}.register("get_queue", () => ({
        get: () => items.shift(),
        put: (item: string) => void items.push(item),
      })))({ ...(address !== "" && { address: { port: 0 } }), authKey, serializer: "pickle" }).getServer();
      const served = server.serveForever();
      while (typeof server.address === "object" && server.address?.port === 0) await new Promise(setImmediate);
      await using peer = program("documentation", server.address);
      expect(await peer.nextLine()).toEqual({ got: "from here" });
      expect(await peer.exited).toBe(0);
      expect(items).toEqual(["hello"]);
      server.close();
      await served;
    },
  );

  it("uses the standard types, and objects of classes, of a manager here", async () => {
    await using manager = await startServer();
    const own = await manager.list([1]);
    await using peer = program("use", manager.address);
    const said: Record<string, unknown>[] = [];
    for (let i = 0; i < lines.length; i++) said.push(await peer.nextLine());
    expect(said).toEqual(lines);
    expect(await peer.exited).toBe(0);
    expect(await own.copy()).toEqual([1]);
  });

  it("shares objects with children of the program", async () => {
    await using manager = await startServer();
    const queue = await manager.create<{ get(): Promise<string>; put(item: string): void }>("get_queue");
    await queue.put("for Python");
    await using peer = program("documentation", manager.address);
    expect(await peer.nextLine()).toEqual({ got: "for Python" });
    await peer.exited;
    const child = new Process({ module, name: "blockInGet" }, { args: [queue], startMethod: "spawn" }).start();
    expect(await child.result()).toBe("hello");
  });
});

/** What `python-managers.py use` prints. */
const lines: Record<string, unknown>[] = [
  { same: true, size: 0, empty: true },
  {
    nowait: ["Empty", expect.stringContaining("it is empty")],
    timeout: ["Empty", expect.stringContaining("it was empty for 10 ms")],
    named: ["Empty", expect.stringContaining("it was empty for 10 ms")],
  },
  {
    unsendable: ["RemoteError", expect.stringMatching(/PickleError: .* names __main__\.say, which is not plain data/)],
    object: "RemoteError",
  },
  { full: true, refused: ["Full", expect.anything()], nowait: ["Full", expect.anything()] },
  { done_too_often: "ValueError" },
  {
    list: [10, 3, 4, 7, 8, 9],
    length: 6,
    has: true,
    popped: 9,
    value: [10, 3, 4, 7, 8],
    wrong: "IndexError",
    twice: [10, 3, 4, 7, 8, 10, 3, 4, 7, 8],
    negative: 8,
  },
  {
    dict: { a: 1, b: 2, c: 3 },
    keys: ["a", "b", "c"],
    has: true,
    missing: ["KeyError", "'z'"],
    popped: 1,
    default: 5,
    length: 2,
    copy: { b: 2, c: 3 },
  },
  { locked: false, timed: false },
  { released: "RuntimeError" },
  { rlock: [true, true] },
  { event: [false, false, null, true, true] },
  { condition: [false, null] },
  { barrier: [0, 1, false] },
  { semaphore: [true, false, null, "ValueError"] },
  { value: 6, y: 2, x: "AttributeError", array: [1, 2] },
  { counter: [7, 7, "[object Object]"], fail: ["ValueError", "too far"], text: ["RuntimeError", "a text"] },
  { hidden: "RemoteError", dunder: "RemoteError" },
  { iterated: [0, 1, 2], child: 8 },
  { created: "RemoteError", unsendable: "RemoteError" },
  { nested: "through", length: 2 },
  { created: 20, removed: true, debug: "RemoteError" },
];

class ServedManager extends Manager {}
ServedManager.register("get_queue", { module, name: "getQueue" });
ServedManager.register("Counter", { module, name: "createCounter" }, { methodToType: { child: "Counter" } });

const startServer = () =>
  new ServedManager({ address: { port: 0 }, authKey, serializer: "pickle", startMethod: "spawn" }).start();

describe("a manager for clients of Python", () => {
  const python = pythons[0] as (typeof pythons)[0];

  it.skipIf(pythons.length === 0)("passes on the lock of a killed client", async () => {
    await using manager = await startServer();
    await using peer = new PythonProgram(python, "hold", portOrPath(manager.address), authKey.toString());
    expect(await peer.nextLine()).toEqual({ held: true });
    const queue = await manager.create<{ get(): Promise<unknown> }>("get_queue");
    const lock = (await queue.get()) as Awaited<ReturnType<Manager["lock"]>>;
    expect(await lock.locked).toBe(true);
    const waiting = lock.acquire();
    await peer[Symbol.asyncDispose]();
    expect(await waiting).toBe(true);
    expect(await lock.abandoned).toBe(true);
  });

  it("can be called by a client here, by pickles too", async () => {
    await using manager = await startServer();
    const client = await new Manager({ address: manager.address as never, authKey, serializer: "pickle" }).connect();
    const counter = await client.create("Counter", 1);
    expect([await counter.add(2), await counter.count()]).toEqual([3, 3]);
    const list = await client.create("list", [1, [2], counter]);
    expect(await (await list.__getitem__(2)).add(1)).toBe(4);
    await expect(counter.fail()).rejects.toMatchObject({ pythonClass: "ValueError", args: ["too far"] });
    await expect(callMethod(counter, "constructor")).rejects.toThrow(RemoteError);
    await client[Symbol.asyncDispose]();
  });

  it("survives invalid messages of clients that have the key (seeded)", async () => {
    await using manager = await startServer();
    const address = manager.address as { port: number };
    const message = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc
        .tuple(
          fc.constantFrom(null, "1", "2", "9", 1, "constructor"),
          fc.constantFrom("create", "incref", "decref", "get_methods", "accept_connection", "@value", "append", "eval"),
          fc.array(fc.constantFrom<unknown>("list", "1", 2, null, [], {})),
          fc.constantFrom<unknown>({}, { x: 1 }, [], null, new Map([[1, 2]])),
        )
        .map((parts) => writePickle(parts)),
      fc.tuple(fc.nat(100), fc.nat(255)).map(([at, byte]) => {
        const bytes = writePickle([null, "create", ["list", [1, "two"]], {}]);
        bytes[at % bytes.length] = byte;
        return bytes;
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 4 }), async (messages) => {
        using client = await Client(address, { authKey });
        for (const bytes of messages) {
          await client.sendBytes(bytes).catch(() => {});
          const reply = await client.recvBytes().catch(() => undefined);
          if (reply === undefined) break;
          const { items } = readPickle(reply, { anyException: true }) as PythonTuple;
          expect(["#RETURN", "#TRACEBACK", "#ERROR", "#PROXY", "#UNSERIALIZABLE"]).toContain(items[0]);
        }
      }),
      { seed: 20261130, numRuns: 100 },
    );
    expect(await (await manager.list([1])).copy()).toEqual([1]);
  });

  it("accepts no client without its key, and no manager client of ours at that address", async () => {
    await using manager = await startServer();
    const address = manager.address as { port: number };
    await expect(Client(address, { authKey: Buffer.from("wrong") })).rejects.toThrow(AuthenticationError);
    await expect(new Manager({ address, authKey }).connect()).rejects.toThrow(AuthenticationError);
    expect(() => new Manager({ serializer: "json" as never })).toThrow('write "v8" or "pickle"');
  });
});

function portOrPath(address: unknown): string {
  return typeof address === "string" ? address : String((address as { port: number }).port);
}
