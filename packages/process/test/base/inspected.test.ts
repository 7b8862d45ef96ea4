import { inspect } from "node:util";
import {
  Barrier,
  Condition,
  getContext,
  Listener,
  Lock,
  Manager,
  Pipe,
  Pool,
  Process,
  ProcessPoolExecutor,
  Queue,
  RLock,
  Semaphore,
  ShareableList,
  SharedArray,
  SharedEvent,
  SharedMemory,
  SharedValue,
} from "@manyhands/process";
import { expect, it } from "vitest";

it("console.log prints the state of an object instead of its fields", { tags: ["_TestEvent.test_repr"] }, async () => {
  const event = new SharedEvent();
  expect(inspect(event)).toBe("SharedEvent(not set)");
  event.set();
  expect(inspect(event)).toBe("SharedEvent(set)");
  const twice = new RLock();
  for (let i = 0; i < 2; i++) twice.acquireSync();
  expect(String(twice)).toBe("RLock(held by this thread, depth 2)");
  for (let i = 0; i < 2; i++) twice.release();
  const queue = new Queue<number>();
  queue.putSync(1);
  const spawned = new (getContext("spawn").Queue)();
  const child = new Process(() => {}, { name: "Ada" });
  expect(inspect([new Lock(), new RLock(), new Semaphore(2), new Condition(), new Barrier(3)])).toBe(
    "[\n  Lock(free),\n  RLock(free),\n  Semaphore(value=2),\n  Condition(RLock(free), waiting=0),\n  Barrier(parties=3, waiting=0)\n]",
  );
  expect(inspect([new SharedValue("i32", 5), new SharedArray("f64", [1, 2.5]), queue, spawned, Pipe()[0]])).toBe(
    "[\n  SharedValue(i32, 5),\n  SharedArray(f64, [1, 2.5]),\n  Queue(size=1),\n  Queue(size=0),\n  Connection(both ways)\n]",
  );
  expect(inspect(new SharedArray("u8", 12))).toBe("SharedArray(u8, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, … 12 in all])");
  queue.close();
  spawned.close();
  expect(inspect([queue, child])).toBe("[ Queue(closed), Process { Ada, new } ]");
});

it("a closed object is printed as closed", async () => {
  const memory = new SharedMemory({ create: true, size: 64 });
  const list = new ShareableList([1, "two"]);
  expect(inspect(memory)).toBe(`SharedMemory("${memory.name}", size=${memory.size})`);
  expect(inspect(list)).toBe(`ShareableList([1, two], "${list.memory.name}")`);
  for (const one of [memory, list.memory]) {
    one.close();
    one.unlink();
  }
  const listener = await new Listener({ address: { host: "127.0.0.1", port: 0 } }).ready;
  expect(inspect(listener)).toMatch(/^Listener\(127\.0\.0\.1:\d+\)$/);
  listener.close();
  expect(inspect([listener, new Manager()])).toBe("[ Listener(closed), Manager(initial) ]");
});

it("a pool, an executor and a future print their state", async () => {
  await using pool = new Pool(1);
  expect(inspect(pool)).toMatch(/^Pool\(Pool-\d+, 1 by thread, 0 queued, 0 running\)$/);
  await using executor = new ProcessPoolExecutor(1);
  const future = executor.submit(() => 1);
  await future;
  expect(inspect(future)).toBe("Future(finished, returned number)");
  await executor.shutdown();
  expect(inspect(executor)).toMatch(/^ProcessPoolExecutor\(ProcessPoolExecutor-\d+, 1 by thread, closed\)$/);
});
