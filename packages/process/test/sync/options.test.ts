import {
  Barrier,
  Condition,
  JoinableQueue,
  Lock,
  Pipe,
  RLock,
  Semaphore,
  SharedArray,
  SharedEvent,
  SharedMemory,
  SharedValue,
} from "@manyhands/process";
import { expect, it } from "vitest";

const misspelt = { timeout: 5 } as never;
const [first, second] = Pipe();
const queue = new JoinableQueue(1);

const lock = new Lock();
const condition = new Condition();

const waits: Record<string, (options: never) => unknown> = {
  "lock.acquire": (options) => lock.acquire(options),
  "lock.acquireSync": (options) => lock.acquireSync(options),
  "lock.hold": (options) => lock.hold(() => {}, options),
  "rlock.acquire": (options) => new RLock().acquire(options),
  "rlock.acquireSync": (options) => new RLock().acquireSync(options),
  "rlock.hold": (options) => new RLock().hold(() => {}, options),
  "semaphore.acquire": (options) => new Semaphore().acquire(options),
  "semaphore.acquireSync": (options) => new Semaphore().acquireSync(options),
  "condition.wait": (options) => condition.hold(() => condition.wait(options)),
  "condition.waitSync": (options) => condition.hold(() => condition.waitSync(options)),
  "condition.waitFor": (options) => condition.hold(() => condition.waitFor(() => true, options)),
  "condition.waitForSync": (options) => condition.hold(() => condition.waitForSync(() => true, options)),
  "event.wait": (options) => new SharedEvent().wait(options),
  "event.waitSync": (options) => new SharedEvent().waitSync(options),
  "barrier.wait": (options) => new Barrier(1).wait(options),
  "barrier.waitSync": (options) => new Barrier(1).waitSync(options),
  "queue.put": (options) => queue.put(1, options),
  "queue.putSync": (options) => queue.putSync(1, options),
  "queue.get": (options) => queue.get(options),
  "queue.getSync": (options) => queue.getSync(options),
  "queue.join": (options) => queue.join(options),
  "connection.send": (options) => first.send(1, options),
  "connection.sendSync": (options) => first.sendSync(1, options),
  "connection.sendBytes": (options) => first.sendBytes(Buffer.from("a"), options),
  "connection.recv": (options) => second.recv(options),
  "connection.recvSync": (options) => second.recvSync(options),
  "connection.recvBytes": (options) => second.recvBytes(options),
  "connection.recvBytesInto": (options) => second.recvBytesInto(Buffer.alloc(1), 0, options),
  "connection.poll": (options) => second.poll(options),
  "connection.pollSync": (options) => second.pollSync(options),
};

it.each(Object.entries(waits))("%s throws for an unknown option, and does nothing", async (name, wait) => {
  const known = name.endsWith("hold")
    ? /the options are signal$/
    : /there is no option "timeout" \(did you mean "timeoutMs"\?\), the options are (\w+, )*timeoutMs/;
  await expect(async () => wait(misspelt)).rejects.toThrow(known);
  await expect(async () => wait(null as never)).rejects.toThrow(/they are null, write an object/);
  if (name.endsWith("Sync")) {
    const signal = new AbortController().signal as never;
    await expect(async () => wait({ signal } as never)).rejects.toThrow(/a blocking wait: there is no option "signal"/);
  }
  expect([lock.locked, condition.locked, queue.size, second.pollSync()]).toEqual([false, false, 0, false]);
});

it("waits reject for invalid options instead of throwing", async () => {
  const never = lock.acquire({ timeoutMs: -1 });
  await expect(never).rejects.toThrow(RangeError);
  await expect(new SharedEvent().wait({ signal: "soon" as never })).rejects.toThrow(
    /signal is string, write an AbortSignal/,
  );
});

it("constructors throw for unknown options", () => {
  expect(() => new Barrier(1, misspelt)).toThrow(/the options are action, timeoutMs/);
  expect(() => new SharedValue("i32", 0, misspelt)).toThrow(/the options are lock/);
  expect(() => new SharedArray("i32", 1, misspelt)).toThrow(/the options are lock/);
  expect(() => new SharedMemory(misspelt)).toThrow(/the options are name, create, size, track/);
  expect(() => Pipe(misspelt)).toThrow(/the options are duplex/);
});

// The first argument of these is not a time in Python.
const bytesFirst = /sendBytes$|recvBytes$/;

it.each(Object.entries(waits).filter(([name]) => !name.endsWith("hold") && !bytesFirst.test(name)))(
  "%s names the option when the argument is a number or a boolean, as in Python",
  async (_name, wait) => {
    await expect(async () => wait(1.5 as never)).rejects.toThrow(/write \{ timeoutMs: 1500 \} for 1.5 seconds/);
    await expect(async () => wait(false as never)).rejects.toThrow(/write \{ timeoutMs: 0 \} to look once/);
    expect([lock.locked, condition.locked, queue.size, second.pollSync()]).toEqual([false, false, 0, false]);
  },
);

it.each(Object.entries(waits).filter(([name]) => bytesFirst.test(name)))(
  "%s names its first option when the argument is a number",
  async (_name, wait) => {
    await expect(async () => wait(8 as never)).rejects.toThrow(
      /they are number, write an object: \{ (offset|maxBytes): … \}/,
    );
  },
);
