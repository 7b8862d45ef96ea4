import { Client, getContext, Listener, Manager, Process } from "@manyhands/process";
import { expect } from "vitest";
import { encode } from "../../src/codec/encode.ts";
import { ObjectServer } from "../../src/manager/server/object-server.ts";
import { messageOf, type Tries } from "./message-of.ts";

const factory = (name: string) => ({ module: new URL("../fixture/managed.js", import.meta.url), name }) as never;
const startThread = () => new Manager({ startMethod: "thread" }).start();

/** Tries of fixes that managers and their proxies name. */
export const managerTries: Tries = {
  async "call a method that sets it"(fix) {
    await using manager = await startThread();
    const dict = await manager.dict<string, number>({});
    expect(
      await messageOf(() => {
        (dict as unknown as { a: number }).a = 1;
      }),
    ).toContain(fix);
    await dict.set("a", 1);
    expect(await dict.get("a")).toBe(1);
  },
  async "call new Manager({ address, authKey }).connect() instead"(fix) {
    const authKey = Buffer.from("a key of their own");
    await using manager = await new Manager({ startMethod: "thread", address: { port: 0 }, authKey }).start();
    const list = await manager.list([1]);
    const listener = await new Listener({ authKey }).ready;
    const use = async (listens: typeof listener.address, serves: never) => {
      const connection = await Client(listens, { authKey });
      const received = (await connection.recv()) as typeof list;
      const message = await received.copy().then(String, (error: Error) => error.message);
      const client = await new Manager({ address: serves, authKey }).connect();
      await (await client.list([1])).copy();
      connection.close();
      return message;
    };
    const child = new Process(use, { startMethod: "thread", args: [listener.address, manager.address as never] });
    child.start();
    const connection = await listener.accept();
    await connection.send(list);
    expect(await child.result()).toContain(fix);
    connection.close();
    listener.close();
  },
  async "expose it by another name"(fix) {
    class Own extends Manager {}
    expect(await messageOf(() => Own.register("own", factory("Counter"), { exposed: ["then"] }))).toContain(fix);
    Own.register("own", factory("Counter"), { exposed: ["afterwards"] });
  },
  async "leave it out"(fix) {
    class Own extends Manager {}
    const exposed = ["constructor", "increment"];
    expect(await messageOf(() => Own.register("own", factory("Counter"), { exposed }))).toContain(fix);
    Own.register("own", factory("Counter"), { exposed: exposed.slice(1) });
  },
  async "keep a proxy while you use it"(fix) {
    const server = new ObjectServer(new Map(), "key", Buffer.from("key"));
    const hosted = server.host("list", [1]);
    const join = () => server.invoke(undefined as never, hosted.id, "join", []);
    hosted.addReferences(1);
    expect(join()).toBe("1");
    hosted.addReferences(-1);
    expect(await messageOf(join)).toContain(fix);
  },
  async "start() a new Manager, or connect() one to the address of a running one"(fix) {
    const authKey = Buffer.from("key");
    const ended = await startThread();
    const list = await ended.list([1]);
    await ended.shutdown();
    expect(await messageOf(() => list.copy())).toContain(fix);
    await using manager = await new Manager({ startMethod: "thread", address: { port: 0 }, authKey }).start();
    expect(await (await manager.list([1])).copy()).toEqual([1]);
    const client = await new Manager({ address: manager.address, authKey } as never).connect();
    expect(await (await client.list([1])).copy()).toEqual([1]);
  },
  async "pass the … in the args of a Process, or to a pool"(fix) {
    const { Barrier, Pool, Process: Child } = getContext("thread");
    const barrier = new Barrier(1, { action: () => {} });
    const send = () => encode({ barrier }, { reach: "thread", path: "value", transferList: [] });
    expect(await messageOf(send)).toContain(fix.replace("…", "Barrier"));
    const wait = (given: typeof barrier) => given.wait();
    expect(await new Child(wait, { args: [barrier] }).start().result()).toBe(0);
    await using pool = new Pool(1);
    expect(await pool.apply(wait, [barrier])).toBe(0);
  },
};
