// What the public classes accept and return. `tsc -b` checks the functions of `types`; nothing calls them.

import type {
  AsyncResult,
  Barrier,
  BoundedSemaphore,
  Condition,
  Connection,
  Future,
  JoinableQueue,
  Listener,
  Lock,
  Logger,
  LogLevel,
  Manager,
  Pool,
  PoolStats,
  Process,
  ProcessPoolExecutor,
  ProcessState,
  Proxied,
  Queue,
  ResultIterator,
  RLock,
  Semaphore,
  ShareableList,
  SharedArray,
  SharedEvent,
  SharedMemory,
  SharedValue,
  SimpleQueue,
  SocketConnection,
} from "@manyhands/process";
import * as publicNames from "@manyhands/process";
import { expect, expectTypeOf, it } from "vitest";

type Exports = typeof publicNames;
type ClassName = {
  [Name in keyof Exports]: Exports[Name] extends abstract new (...args: never[]) => unknown ? Name : never;
}[keyof Exports];

declare const add: (a: number, b: number) => number;
declare const load: (name: string) => Promise<Map<string, number>>;
declare const greet: () => string;

/** A subclass of ManyhandsError that has nothing of its own. */
const plainError = (thrown: publicNames.ManyhandsError) => expectTypeOf(thrown.code).toBeString();

interface LockLike {
  acquire(options?: publicNames.WaitOptions): Promise<boolean>;
  acquireSync(options?: { timeoutMs?: number }): boolean;
  tryAcquire(): boolean;
  release(): void;
  readonly locked: boolean;
  hold<T>(fn: () => T | PromiseLike<T>): Promise<T>;
}

const types: Record<ClassName, () => void> = {
  Process() {
    const { Process } = publicNames;
    expectTypeOf(new Process(add, { args: [1, 2] }).start().result()).resolves.toEqualTypeOf<number>();
    expectTypeOf(new Process(load, { args: ["a"] }).result()).resolves.toEqualTypeOf<Map<string, number>>();
    expectTypeOf(new Process(greet).start().join({ timeoutMs: 1 })).resolves.toEqualTypeOf<number | null>();
    expectTypeOf<Process["state"]>().toEqualTypeOf<ProcessState>();
    expectTypeOf<Process["pid"]>().toEqualTypeOf<number | null>();
    expectTypeOf<Process>().toExtend<AsyncDisposable>();
    // @ts-expect-error an argument is missing
    new Process(add, { args: [1] });
    // @ts-expect-error the exit code is read only
    new Process(greet).exitCode = 1;
  },
  Pool() {
    const pool = {} as Pool;
    expectTypeOf(pool.apply(add, [1, 2])).resolves.toEqualTypeOf<number>();
    expectTypeOf(pool.map(load, ["a"])).resolves.toEqualTypeOf<Map<string, number>[]>();
    expectTypeOf(pool.map(load, ["a"], { onError: "collect" })).resolves.toEqualTypeOf<
      PromiseSettledResult<Map<string, number>>[]
    >();
    expectTypeOf(pool.starmap(add, [[1, 2]])).resolves.toEqualTypeOf<number[]>();
    expectTypeOf(pool.imap(load, ["a"])).toEqualTypeOf<ResultIterator<Map<string, number>>>();
    expectTypeOf(pool.imapUnordered(load, ["a"])).toEqualTypeOf<ResultIterator<Map<string, number>>>();
    expectTypeOf(pool.mapAsync(load, ["a"])).toEqualTypeOf<AsyncResult<Map<string, number>[]>>();
    expectTypeOf(pool.stats()).toEqualTypeOf<PoolStats>();
    expectTypeOf(pool.join()).resolves.toBeBoolean();
    // @ts-expect-error an item of another type
    pool.map(load, [1]);
  },
  ProcessPoolExecutor() {
    const executor = {} as ProcessPoolExecutor;
    expectTypeOf(executor.submit(add, 1, 2)).toEqualTypeOf<Future<number>>();
    expectTypeOf(executor.map(add, [1], [2])).toEqualTypeOf<AsyncIterableIterator<number>>();
    expectTypeOf(executor.shutdown({ wait: false })).resolves.toBeVoid();
    // @ts-expect-error an argument is missing
    executor.submit(add, 1);
  },
  Future() {
    const future = {} as Future<number>;
    expectTypeOf(future.result()).resolves.toBeNumber();
    expectTypeOf(future.exception()).resolves.toBeUnknown();
    expectTypeOf(future.cancel()).toBeBoolean();
    expectTypeOf<Awaited<Future<number>>>().toBeNumber();
    // @ts-expect-error the result is a number
    future.setResult("1");
  },
  AsyncResult() {
    const answer = {} as AsyncResult<string>;
    expectTypeOf(answer.get({ timeoutMs: 1 })).resolves.toBeString();
    expectTypeOf(answer.wait()).resolves.toBeBoolean();
    expectTypeOf(answer.ready).toBeBoolean();
  },
  Manager() {
    const manager = {} as Manager;
    expectTypeOf(manager.start()).resolves.toEqualTypeOf<Manager>();
    const list = manager.list([1]);
    expectTypeOf(list.then((each) => each.get(0))).resolves.toBeNumber();
    expectTypeOf(manager.dict({ a: 1 }).then((each) => each.get("a"))).resolves.toEqualTypeOf<number | undefined>();
    expectTypeOf(manager.create<{ add(n: number): number }>("counter")).resolves.toEqualTypeOf<
      Proxied<{ add(n: number): number }>
    >();
    expectTypeOf(manager.shutdown()).resolves.toBeVoid();
  },
  Queue() {
    const queue = {} as Queue<Date>;
    expectTypeOf(queue.get()).resolves.toEqualTypeOf<Date>();
    expectTypeOf(queue.getSync()).toEqualTypeOf<Date>();
    expectTypeOf(queue.tryGet()).toEqualTypeOf<{ readonly value: Date } | undefined>();
    expectTypeOf(queue.put).parameter(0).toEqualTypeOf<Date>();
    expectTypeOf(queue.size).toBeNumber();
    expectTypeOf<Queue<Date>>().toExtend<AsyncIterable<Date>>();
  },
  JoinableQueue() {
    const queue = {} as JoinableQueue<string>;
    expectTypeOf(queue).toExtend<Queue<string>>();
    expectTypeOf(queue.join()).resolves.toBeBoolean();
    expectTypeOf(queue.unfinished).toBeNumber();
  },
  SimpleQueue() {
    const queue = {} as SimpleQueue<string>;
    expectTypeOf(queue.get()).resolves.toBeString();
    expectTypeOf(queue).not.toHaveProperty("size");
  },
  Connection() {
    const connection = {} as Connection;
    expectTypeOf(connection.recv()).resolves.toBeUnknown();
    expectTypeOf(connection.recvBytes()).resolves.toEqualTypeOf<Uint8Array>();
    expectTypeOf(connection.poll({ timeoutMs: 0 })).resolves.toBeBoolean();
  },
  Listener() {
    const listener = {} as Listener;
    expectTypeOf(listener.accept()).resolves.toEqualTypeOf<SocketConnection>();
    expectTypeOf<Listener>().toExtend<AsyncIterable<SocketConnection>>();
    expectTypeOf(listener.address).toEqualTypeOf<publicNames.Address>();
  },
  Lock: () => {
    expectTypeOf<Lock>().toExtend<LockLike>();
    expectTypeOf({} as Lock)
      .toHaveProperty("abandoned")
      .toBeBoolean();
  },
  RLock: () => expectTypeOf<RLock>().toExtend<LockLike>(),
  Semaphore: () => {
    expectTypeOf<Semaphore>().toExtend<LockLike>();
    expectTypeOf({} as Semaphore)
      .toHaveProperty("value")
      .toBeNumber();
  },
  BoundedSemaphore: () => expectTypeOf<BoundedSemaphore>().toExtend<Semaphore>(),
  Condition() {
    const condition = {} as Condition;
    expectTypeOf(condition).toExtend<LockLike>();
    expectTypeOf(condition.wait()).resolves.toBeBoolean();
    expectTypeOf(condition.waitFor(() => "a" as string)).resolves.toBeString();
    expectTypeOf(condition.lock).toEqualTypeOf<Lock | RLock>();
  },
  Barrier() {
    const barrier = {} as Barrier;
    expectTypeOf(barrier.wait()).resolves.toBeNumber();
    expectTypeOf(barrier.waitSync()).toBeNumber();
    // @ts-expect-error the number of parties is missing
    new publicNames.Barrier();
  },
  SharedEvent() {
    const event = {} as SharedEvent;
    expectTypeOf(event.isSet).toBeBoolean();
    expectTypeOf(event.wait()).resolves.toBeBoolean();
  },
  SharedValue() {
    expectTypeOf(new publicNames.SharedValue("f64", 1).value).toBeNumber();
    expectTypeOf({} as SharedValue<"i64">)
      .toHaveProperty("value")
      .toBeBigInt();
    // @ts-expect-error no such type
    new publicNames.SharedValue("complex");
  },
  SharedArray() {
    const array = {} as SharedArray<"f64">;
    expectTypeOf(array.typed).toEqualTypeOf<Float64Array>();
    expectTypeOf(array.get(0)).toBeNumber();
    expectTypeOf(array.slice()).toEqualTypeOf<number[]>();
    // @ts-expect-error an item of another type
    array.set(0, "1");
  },
  SharedMemory() {
    const memory = {} as SharedMemory;
    expectTypeOf(memory.buffer).toEqualTypeOf<Uint8Array>();
    expectTypeOf(memory.name).toBeString();
    expectTypeOf(memory).toExtend<Disposable>();
  },
  ShareableList() {
    const list = {} as ShareableList;
    expectTypeOf(list.get(0)).toEqualTypeOf<publicNames.Item>();
    expectTypeOf(list).toExtend<Iterable<publicNames.Item>>();
    // @ts-expect-error an object cannot be an item
    list.set(0, {});
  },
  Logger() {
    const logger = {} as Logger;
    expectTypeOf(logger.level).toEqualTypeOf<LogLevel>();
    expectTypeOf(logger.isEnabledFor("debug")).toBeBoolean();
    // @ts-expect-error no such level
    logger.log("loud", "text");
  },
  ManyhandsError() {
    const thrown = {} as publicNames.ManyhandsError;
    expectTypeOf(thrown).toExtend<Error>();
    expectTypeOf(thrown.code).toBeString();
  },
  CloneError() {
    const thrown = {} as publicNames.CloneError;
    expectTypeOf(thrown).toExtend<TypeError>();
    expectTypeOf(thrown.code).toBeString();
    expectTypeOf(thrown.path).toBeString();
  },
  MaybeEncodingError: () => expectTypeOf<publicNames.MaybeEncodingError>().toExtend<publicNames.CloneError>(),
  WorkerDiedError() {
    const thrown = {} as publicNames.WorkerDiedError;
    plainError(thrown);
    expectTypeOf(thrown.exitCode).toBeNumber();
    expectTypeOf(thrown.signal).toEqualTypeOf<NodeJS.Signals | null>();
    expectTypeOf(thrown.stderr).toBeString();
  },
  BufferTooShortError() {
    const thrown = {} as publicNames.BufferTooShortError;
    plainError(thrown);
    expectTypeOf(thrown.bytes).toEqualTypeOf<Uint8Array>();
  },
  SystemExit() {
    const thrown = {} as publicNames.SystemExit;
    plainError(thrown);
    expectTypeOf(thrown.value).toBeUnknown();
  },
  AuthenticationError: () => plainError({} as publicNames.AuthenticationError),
  BrokenBarrierError: () => plainError({} as publicNames.BrokenBarrierError),
  BrokenPipeError: () => plainError({} as publicNames.BrokenPipeError),
  BrokenProcessPoolError: () => plainError({} as publicNames.BrokenProcessPoolError),
  CancelledError: () => plainError({} as publicNames.CancelledError),
  DeadlockError() {
    expectTypeOf<publicNames.DeadlockError["cycle"]>().toEqualTypeOf<readonly string[]>();
  },
  ClosedError: () => plainError({} as publicNames.ClosedError),
  ConnectionError: () => plainError({} as publicNames.ConnectionError),
  EndOfFileError: () => plainError({} as publicNames.EndOfFileError),
  FileExistsError: () => plainError({} as publicNames.FileExistsError),
  FileNotFoundError: () => plainError({} as publicNames.FileNotFoundError),
  InterruptError: () => plainError({} as publicNames.InterruptError),
  InvalidStateError: () => plainError({} as publicNames.InvalidStateError),
  KeyError: () => plainError({} as publicNames.KeyError),
  LockStateError: () => plainError({} as publicNames.LockStateError),
  NotShareableError: () => plainError({} as publicNames.NotShareableError),
  ProcessStateError: () => plainError({} as publicNames.ProcessStateError),
  QueueEmptyError: () => plainError({} as publicNames.QueueEmptyError),
  QueueFullError: () => plainError({} as publicNames.QueueFullError),
  PickleError: () => plainError({} as publicNames.PickleError),
  PythonError: () => plainError({} as publicNames.PythonError),
  QueueShutDownError: () => plainError({} as publicNames.QueueShutDownError),
  RemoteError: () => plainError({} as publicNames.RemoteError),
  TargetError: () => plainError({} as publicNames.TargetError),
  TimeoutError: () => plainError({} as publicNames.TimeoutError),
};

it("each public class has a test of its types", () => {
  const classes = Object.entries(publicNames)
    .filter(([, value]) => typeof value === "function" && /^class\b/.test(Function.prototype.toString.call(value)))
    .map(([name]) => name);
  expect(Object.keys(types).sort()).toEqual(classes.sort());
});
