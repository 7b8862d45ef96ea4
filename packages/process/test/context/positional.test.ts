import {
  asCompleted,
  Barrier,
  BoundedSemaphore,
  Client,
  Condition,
  cpuCount,
  Future,
  getStartMethod,
  JoinableQueue,
  Listener,
  Lock,
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
  SimpleQueue,
  setStartMethod,
  wait,
  waitFutures,
} from "@manyhands/process";
import { describe, expect, it } from "vitest";

// Calls as in Python, with positional arguments where this package has options, and what the error says to write.
type Call = readonly [python: string, call: () => unknown, message: RegExp];
const any = (value: unknown) => value as never;
const target = (value: unknown) => value;
const timed: readonly [name: string, make: () => object, method: string][] = [
  ["Lock", () => new Lock(), "acquire"],
  ["RLock", () => new RLock(), "acquire"],
  ["Semaphore", () => new Semaphore(), "acquire"],
  ["BoundedSemaphore", () => new BoundedSemaphore(), "acquire"],
  ["Event", () => new SharedEvent(), "wait"],
  ["Barrier", () => new Barrier(2), "wait"],
  ["Queue", () => new Queue(), "get"],
  ["SimpleQueue", () => new SimpleQueue(), "get"],
  ["JoinableQueue", () => new JoinableQueue(), "join"],
  ["Connection", () => Pipe()[0], "poll"],
  ["Future", () => new Future(), "result"],
  ["Process", () => new Process(() => 1).start(), "join"],
];

describe("a positional argument of Python", () => {
  it.each(timed)("%s.%3$s(5) names timeoutMs", async (_, make, method) => {
    const object = make() as Record<string, (...args: unknown[]) => unknown>;
    const call = async (...args: unknown[]) => object[method]?.(...args);
    await expect(call(5)).rejects.toThrow("write { timeoutMs: 5000 } for 5 seconds, as in Python");
    await expect(call(false)).rejects.toThrow("write { timeoutMs: 0 } to look once");
    await expect(call(true, 5)).rejects.toThrow(TypeError);
    await (object instanceof Process && object.join());
  });

  const calls: readonly Call[] = [
    ["Queue.put(1, False)", () => new Queue().put(1, any(false)), /write \{ timeoutMs: 0 \} to look once/],
    ["Queue.shutdown(True)", () => new Queue().shutdown(any(true)), /write an object: \{ immediate: … \}/],
    ["Queue.close(False)", () => new Queue().close(any(false)), /write an object: \{ flush: … \}/],
    [
      "Connection.send_bytes(b, 1)",
      () => Pipe()[0].sendBytes(Buffer.from("ab"), any(1)),
      /write an object: \{ offset: … \}/,
    ],
    ["Connection.recv_bytes(8)", () => Pipe()[0].recvBytes(any(8)), /write an object: \{ maxBytes: … \}/],
    ["wait(connection)", () => wait(any(Pipe()[0])), /write an array, such as wait\(\[connection\]\)/],
    ["Condition.wait(1)", () => new Condition().wait(any(1)), /write \{ timeoutMs: 1000 \}/],
    ["Pipe(False)", () => Pipe(any(false)), /write an object: \{ duplex: … \}/],
    ["Process(None, f)", () => new Process(any(null), any(target)), /options of Process: .* \{ args: … \}/],
    ["Process(f, [1])", () => new Process(target, any([1])), /write an object: \{ args: \[…\] \}/],
    [
      "Pool(1, f)",
      () => new (any(Pool) as typeof Pool)(1, any(target)),
      /write all options in one object: new Pool\(\{ processes: 4/,
    ],
    [
      "ProcessPoolExecutor(1, context)",
      () => new ProcessPoolExecutor(1, any({})),
      /new ProcessPoolExecutor\(\{ maxWorkers: 4/,
    ],
    ["Barrier(2, f, 5)", () => new Barrier(2, any(target)), /write an object: \{ action: … \}/],
    ["Value('i', 1, False)", () => new SharedValue("i32", 1, any(false)), /write an object: \{ lock: … \}/],
    ["Array('i', 1, False)", () => new SharedArray("i32", 1, any(false)), /write an object: \{ lock: … \}/],
    ["SharedMemory('name', True)", () => new SharedMemory(any("name")), /write an object: \{ name: … \}/],
    ["ShareableList([], 'name')", () => new ShareableList([], any("name")), /write an object: \{ name: … \}/],
    ["Listener('address')", () => new Listener(any("address")), /write an object: \{ address: … \}/],
    ["Client('address', 'AF_UNIX')", () => Client("address", any("AF_UNIX")), /write an object: \{ authKey: … \}/],
    ["wait([], 1)", () => wait([], any(1)), /write \{ timeoutMs: 1000 \}/],
    ["futures.wait([], 1)", () => waitFutures([], any(1)), /write \{ timeoutMs: 1000 \}/],
    ["futures.wait(future)", () => waitFutures(any(new Future())), /write an array of futures/],
    ["as_completed(future)", () => asCompleted(any(new Future())), /write an array of futures/],
    [
      "recvBytesInto(buffer, options)",
      () => Pipe()[0].recvBytesInto(Buffer.alloc(1), any({ timeoutMs: 0 })),
      /write recvBytesInto\(buffer, 0, options\)/,
    ],
    ["set_start_method('thread', True)", () => setStartMethod("thread", any(true)), /write an object: \{ force: … \}/],
    ["get_start_method(True)", () => getStartMethod(any(true)), /write an object: \{ allowNone: … \}/],
    [
      "Listener(('', 0))",
      () => new Listener({ address: { host: "", port: 0 } }),
      /write "0\.0\.0\.0" for all addresses/,
    ],
  ];
  it.each(calls)("%s names what to write", async (_, call, message) => {
    const result = async () => call();
    await expect(result()).rejects.toThrow(message);
    await expect(result()).rejects.toThrow(TypeError);
  });

  it.each<[string, (pool: Pool) => unknown]>([
    ["map(f, [1], 10)", (pool) => pool.map(target, [1], any(10))],
    ["starmap(f, [[1]], 10)", (pool) => pool.starmap(target, [[1]], any(10))],
    ["imap(f, [1], 10)", (pool) => pool.imap(target, [1], any(10))],
    ["apply(f, 1)", (pool) => pool.apply(target, any(1))],
    ["map_async(f, [1], 10)", (pool) => pool.mapAsync(target, [1], any(10)).get()],
    ["imap(f, [1]).next(1)", (pool) => pool.imap(target, [1]).next(any(1))],
    ["apply_async(f, [1], {}, f)", (pool) => pool.applyAsync(target, [1], {}, ...(any([target]) as []))],
    ["map_async(f, [1], None, f)", (pool) => pool.mapAsync(target, [1], undefined, ...(any([target]) as []))],
    ["apply_async(f, [1], f)", (pool) => pool.applyAsync(target, [1], any(target)).get()],
  ])("Pool.%s is refused", async (_, call) => {
    await using pool = new Pool(1);
    await expect((async () => call(pool))()).rejects.toThrow(TypeError);
  });

  it("an unknown option of an executor is answered with all options", () => {
    const wrong = { maxWorker: 2 } as never;
    expect(() => new ProcessPoolExecutor(wrong)).toThrow(/did you mean "maxWorkers".*initializer.*workerNamePrefix/);
    expect(cpuCount()).toBeGreaterThan(0);
  });
});
