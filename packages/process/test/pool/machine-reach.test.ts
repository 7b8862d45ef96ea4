import { networkInterfaces } from "node:os";
import { currentProcess, getContext, Manager, Pipe, Pool, ShareableList, SharedMemory } from "@manyhands/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNothingLeft, job } from "./job.ts";
import { RemoteEngine } from "./remote-engine.ts";

let pool: Pool;
beforeAll(() => {
  pool = new Pool({ processes: 1, engine: new RemoteEngine() });
});
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await expectNothingLeft();
});

const code = "ERR_MANYHANDS_NOT_SHAREABLE";
const { authKey } = currentProcess();

describe.each(["thread", "spawn"] as const)("an object of the context of %s, sent to another machine", (method) => {
  const context = getContext(method);

  it.each([
    ["Lock", "lock", () => new context.Lock()],
    ["RLock", "rlock", () => new context.RLock()],
    ["Semaphore", "semaphore", () => new context.Semaphore(1)],
    ["BoundedSemaphore", "boundedSemaphore", () => new context.BoundedSemaphore(1)],
    ["Condition", "condition", () => new context.Condition()],
    ["Barrier", "barrier", () => new context.Barrier(1)],
    ["SharedEvent", "event", () => new context.SharedEvent()],
    ["SharedValue", "value", () => new context.SharedValue("f64", 1)],
    ["SharedArray", "array", () => new context.SharedArray("f64", 1)],
    ["SimpleQueue", "queue", () => new context.SimpleQueue()],
    ["Queue", "queue", () => new context.Queue()],
    ["JoinableQueue", "joinableQueue", () => new context.JoinableQueue()],
  ])("%s is refused in the caller, with the line to write", async (kind, method, make) => {
    const object = make();
    const message =
      `Cannot send a ${kind} to another machine: its memory is on this one; ` +
      `call ${method}() of a Manager with an address { host, port }, and send what it returns`;
    await expect(pool.apply(job("identity"), [object])).rejects.toMatchObject({ code, message });
    await expect(pool.map(job("identity"), [1, { deep: object }])).rejects.toMatchObject({ code, message });
    await expect(pool.apply(() => object)).rejects.toMatchObject({
      message: expect.stringContaining("another machine"),
    });
  });
});

describe("sent to another machine", () => {
  it("a Connection is refused, with the line to write", async () => {
    const [a, b] = Pipe();
    await expect(pool.apply(job("identity"), [a])).rejects.toMatchObject({
      code,
      message:
        "Cannot send a Connection to another machine: its memory is on this one; " +
        "create a Listener with an address { host, port }, and call Client(address) in the task",
    });
    a.close();
    b.close();
  });

  it("SharedMemory and ShareableList are refused", async () => {
    using memory = new SharedMemory({ create: true, size: 8 });
    await expect(pool.apply(job("identity"), [memory])).rejects.toMatchObject({ code });
    using list = new ShareableList([1]);
    await expect(pool.apply(job("identity"), [list])).rejects.toMatchObject({ code });
  });

  it("memory that threads share is refused, and a copy of it arrives", async () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(2)).fill(7);
    await expect(pool.apply(job("identity"), [bytes])).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/another machine cannot see; send a copy, such as new Uint8Array\(bytes\)$/),
    });
    expect(await pool.apply(job("identity"), [new Uint8Array(bytes)])).toEqual(new Uint8Array([7, 7]));
  });

  it("a shareable that a task returns is refused at the worker", async () => {
    await expect(pool.apply(job("createLock"))).rejects.toMatchObject({
      name: "MaybeEncodingError",
      message: expect.stringContaining("Cannot send a Lock to another machine"),
    });
  });

  it("a proxy is refused when only this machine can connect to its manager, and works otherwise", async () => {
    for (const address of [undefined, { port: 0 }, { host: "localhost", port: 0 }, { host: "0.0.0.0", port: 0 }]) {
      await using manager = new Manager(address === undefined ? {} : { address, authKey });
      await manager.start();
      await expect(pool.apply(job("identity"), [await manager.lock()])).rejects.toMatchObject({
        code,
        message:
          "Cannot send a proxy to another machine: only this machine can connect to its manager's address; " +
          "give the Manager the address { host, port } of a network interface, and an authKey",
      });
    }
    const host = Object.values(networkInterfaces())
      .flatMap((all) => all ?? [])
      .find(({ internal }) => !internal)?.address;
    if (host === undefined) return;
    await using manager = new Manager({ address: { host, port: 0 }, authKey });
    await manager.start();
    const dict = await manager.dict({ a: 1 });
    expect(await pool.apply((there) => there.get("a"), [dict])).toBe(1);
  });
});
