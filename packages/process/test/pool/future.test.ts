import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { asCompleted, CancelledError, Future, InvalidStateError, TimeoutError, waitFutures } from "@manyhands/process";
import { describe, expect, it, vi } from "vitest";

/** One future in each state. */
function inEachState() {
  const pending = new Future<number>();
  const running = new Future<number>();
  running.setRunningOrNotifyCancel();
  const cancelled = new Future<number>();
  cancelled.cancel();
  const failed = new Future<number>();
  failed.setException(new RangeError("no"));
  const succeeded = new Future<number>();
  succeeded.setResult(42);
  return { pending, running, cancelled, failed, succeeded };
}

describe("Future", () => {
  it("addDoneCallback() calls back with a future that has a result", {
    tags: ["FutureTests.test_done_callback_with_result"],
  }, async () => {
    const future = new Future<number>();
    const seen: unknown[] = [];
    future.addDoneCallback((done) => seen.push(done));
    future.setResult(5);
    expect(seen).toEqual([future]);
    expect(await future.result()).toBe(5);
  });

  it("toString() shows the state and the type of the outcome", {
    tags: ["FutureTests.test_repr", "FutureTests.test_done", "FutureTests.test_running"],
  }, () => {
    const shown = Object.values(inEachState()).map((future) => [String(future), future.done, future.running]);
    expect(shown).toEqual([
      ["Future(pending)", false, false],
      ["Future(running)", false, true],
      ["Future(cancelled)", true, false],
      ["Future(finished, raised RangeError)", true, false],
      ["Future(finished, returned number)", true, false],
    ]);
    const ended = [null, undefined, new Map(), Object.create(null)].map((value) => {
      const future = new Future();
      future.setResult(value);
      return String(future);
    });
    expect(ended).toEqual(["null", "undefined", "Map", "Object"].map((kind) => `Future(finished, returned ${kind})`));
  });

  it("addDoneCallback() calls back on cancellation, and at once after a failure", {
    tags: ["FutureTests.test_done_callback_with_cancel", "FutureTests.test_done_callback_already_failed"],
  }, async () => {
    const future = new Future();
    let wasCancelled: boolean | undefined;
    future.addDoneCallback((done) => {
      wasCancelled = done.cancelled;
    });
    expect(future.cancel()).toBe(true);
    expect(wasCancelled).toBe(true);
    let error: Promise<unknown> | undefined;
    inEachState().failed.addDoneCallback((done) => {
      error = done.exception();
    });
    expect(await error).toEqual(new RangeError("no"));
  });

  it("addDoneCallback() calls back with a future that has an error", {
    tags: ["FutureTests.test_done_callback_with_exception"],
  }, async () => {
    const future = new Future();
    const error = new Error("test");
    let seen: Promise<unknown> | undefined;
    future.addDoneCallback((done) => {
      seen = done.exception();
    });
    future.setException(error);
    expect(await seen).toBe(error);
  });

  it("addDoneCallback() calls all callbacks when one throws", {
    tags: ["FutureTests.test_done_callback_raises"],
  }, async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const future = new Future<number>();
    const called: string[] = [];
    future.addDoneCallback(() => {
      called.push("first");
      throw new Error("doh");
    });
    future.addDoneCallback(() => called.push("second"));
    future.setResult(5);
    expect(called).toEqual(["first", "second"]);
    expect(warned.mock.calls[0]?.[0]).toMatchObject({ message: "doh" });
    warned.mockRestore();
  });

  it("addDoneCallback() calls back at once when the future is done", {
    tags: ["FutureTests.test_done_callback_already_successful"],
  }, () => {
    const called = vi.fn();
    inEachState().succeeded.addDoneCallback(called);
    expect(called).toHaveBeenCalledTimes(1);
  });

  it("addDoneCallback() calls back at once when the future has failed or was cancelled", {
    tags: ["FutureTests.test_done_callback_already_cancelled"],
  }, () => {
    const called = vi.fn();
    const { cancelled, failed } = inEachState();
    cancelled.addDoneCallback(called);
    failed.addDoneCallback(called);
    expect(called).toHaveBeenCalledTimes(2);
  });

  it("addDoneCallback() emits a warning when a late callback throws", {
    tags: ["FutureTests.test_done_callback_raises_already_succeeded"],
  }, () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    inEachState().succeeded.addDoneCallback(() => {
      throw new Error("late");
    });
    expect(warned).toHaveBeenCalledTimes(1);
    warned.mockRestore();
  });

  it("cancel() cancels a pending future only", { tags: ["FutureTests.test_cancel"] }, () => {
    const { pending, running, cancelled, failed, succeeded } = inEachState();
    expect([pending, running, cancelled, failed, succeeded].map((future) => future.cancel())).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
    expect([pending.state, running.state]).toEqual(["cancelled", "running"]);
    expect(pending.setRunningOrNotifyCancel()).toBe(false);
  });

  it("cancelled, done and running show the state", { tags: ["FutureTests.test_cancelled"] }, () => {
    const futures = Object.values(inEachState());
    expect(futures.map(({ cancelled }) => cancelled)).toEqual([false, false, true, false, false]);
    expect(futures.map(({ done }) => done)).toEqual([false, false, true, true, true]);
    expect(futures.map(({ running }) => running)).toEqual([false, true, false, false, false]);
  });

  it("result() settles, or times out, in each state", { tags: ["FutureTests.test_result_with_timeout"] }, async () => {
    const { pending, running, cancelled, failed, succeeded } = inEachState();
    await expect(pending.result({ timeoutMs: 0 })).rejects.toBeInstanceOf(TimeoutError);
    await expect(running.result({ timeoutMs: 0 })).rejects.toBeInstanceOf(TimeoutError);
    await expect(cancelled.result({ timeoutMs: 0 })).rejects.toBeInstanceOf(CancelledError);
    await expect(failed.result({ timeoutMs: 0 })).rejects.toBeInstanceOf(RangeError);
    expect(await succeeded.result({ timeoutMs: 0 })).toBe(42);
    expect(await succeeded).toBe(42);
  });

  it("result() waits for a pending future", { tags: ["FutureTests.test_result_with_success"] }, async () => {
    const { pending } = inEachState();
    setImmediate(() => pending.setResult(42));
    expect(await pending.result({ timeoutMs: 100_000 })).toBe(42);
  });

  it("result() rejects when the future is cancelled", { tags: ["FutureTests.test_result_with_cancel"] }, async () => {
    const { pending } = inEachState();
    setImmediate(() => pending.cancel());
    await expect(pending.result({ timeoutMs: 100_000 })).rejects.toBeInstanceOf(CancelledError);
  });

  it("exception() settles, or times out, in each state", {
    tags: ["FutureTests.test_exception_with_timeout"],
  }, async () => {
    const { pending, running, cancelled, failed, succeeded } = inEachState();
    await expect(pending.exception({ timeoutMs: 0 })).rejects.toBeInstanceOf(TimeoutError);
    await expect(running.exception({ timeoutMs: 0 })).rejects.toBeInstanceOf(TimeoutError);
    await expect(cancelled.exception({ timeoutMs: 0 })).rejects.toBeInstanceOf(CancelledError);
    expect(await failed.exception({ timeoutMs: 0 })).toBeInstanceOf(RangeError);
    expect(await succeeded.exception({ timeoutMs: 0 })).toBe(null);
  });

  it("exception() waits for a pending future", { tags: ["FutureTests.test_exception_with_success"] }, async () => {
    const { pending } = inEachState();
    const error = new Error("later");
    setImmediate(() => pending.setException(error));
    expect(await pending.exception({ timeoutMs: 100_000 })).toBe(error);
  });

  it("setResult() throws when the future is done", { tags: ["FutureTests.test_multiple_set_result"] }, async () => {
    const future = new Future<number>();
    future.setResult(1);
    expect(() => future.setResult(2)).toThrow(InvalidStateError);
    expect(await future).toBe(1);
  });

  it("setException() throws when the future is done", {
    tags: ["FutureTests.test_multiple_set_exception"],
  }, async () => {
    const future = new Future<number>();
    const error = new Error("first");
    future.setException(error);
    expect(() => future.setException(new Error("second"))).toThrow(InvalidStateError);
    expect(await future.exception()).toBe(error);
  });
});

describe("waitFutures()", () => {
  it("waitFutures() returns a future once that was given twice", { tags: ["WaitTests.test_20369"] }, async () => {
    const { succeeded } = inEachState();
    const { done, notDone } = await waitFutures([succeeded, succeeded]);
    expect([...done]).toEqual([succeeded]);
    expect(notDone.size).toBe(0);
  });

  it("waitFutures() with first-completed returns at once when a future is done", {
    tags: ["WaitTests.test_first_completed_some_already_completed"],
  }, async () => {
    const { pending, succeeded } = inEachState();
    const { done, notDone } = await waitFutures([pending, succeeded], { returnWhen: "first-completed" });
    expect([[...done], [...notDone]]).toEqual([[succeeded], [pending]]);
  });

  it("waitFutures() with first-exception returns at the first error", {
    tags: ["WaitTests.test_first_exception"],
  }, async () => {
    const [first, second, third] = [new Future<number>(), new Future<number>(), new Future<number>()];
    setImmediate(() => {
      first.setResult(6);
      second.setException(new Error("no"));
    });
    const { done, notDone } = await waitFutures([first, second, third], { returnWhen: "first-exception" });
    expect([[...done], [...notDone]]).toEqual([[first, second], [third]]);
  });

  it("waitFutures() splits futures into done and not done at the first error", {
    tags: ["WaitTests.test_first_exception_some_already_complete"],
  }, async () => {
    const { pending, cancelled, succeeded } = inEachState();
    const failing = new Future<number>();
    setImmediate(() => failing.setException(new Error("no")));
    const all = [succeeded, cancelled, failing, pending];
    const { done, notDone } = await waitFutures(all, { returnWhen: "first-exception" });
    expect([[...done], [...notDone]]).toEqual([[succeeded, cancelled, failing], [pending]]);
  });

  it("waitFutures() waits for all futures, failed ones included", {
    tags: ["WaitTests.test_all_completed"],
  }, async () => {
    const { pending, cancelled, failed, succeeded } = inEachState();
    setImmediate(() => pending.setResult(1));
    const { done, notDone } = await waitFutures([pending, cancelled, failed, succeeded]);
    expect(done.size).toBe(4);
    expect(notDone.size).toBe(0);
  });

  it("waitFutures() with first-exception returns at once when a future has failed", {
    tags: ["WaitTests.test_first_exception_one_already_failed"],
  }, async () => {
    const { pending, failed } = inEachState();
    const { done, notDone } = await waitFutures([failed, pending], { returnWhen: "first-exception" });
    expect([[...done], [...notDone]]).toEqual([[failed], [pending]]);
  });

  it("waitFutures() times out without an error", { tags: ["WaitTests.test_timeout"] }, async () => {
    const { pending, cancelled, failed, succeeded } = inEachState();
    const { done, notDone } = await waitFutures([cancelled, failed, succeeded, pending], { timeoutMs: 1 });
    expect([[...done], [...notDone]]).toEqual([[cancelled, failed, succeeded], [pending]]);
  });

  it("waitFutures() and asCompleted() refuse unknown options", async () => {
    await expect(waitFutures([], { returnWhen: "FIRST_COMPLETED" as "first-completed" })).rejects.toThrow(
      'Cannot wait until "FIRST_COMPLETED": write one of first-completed, first-exception, all-completed',
    );
    await expect(waitFutures([], { timeout: 1 } as object)).rejects.toThrow(TypeError);
    expect(() => asCompleted([], { timeout: 1 } as object)).toThrow(TypeError);
  });
});

describe("asCompleted()", () => {
  it("asCompleted() gives each future once, failed and cancelled ones included", {
    tags: ["AsCompletedTests.test_no_timeout"],
  }, async () => {
    const { pending, running, cancelled, failed, succeeded } = inEachState();
    setImmediate(() => {
      running.setResult(2);
      pending.setResult(1);
    });
    const seen: unknown[] = [];
    for await (const future of asCompleted([cancelled, failed, pending, running, succeeded])) seen.push(future);
    expect(seen).toHaveLength(5);
    expect(new Set(seen.slice(0, 3))).toEqual(new Set([cancelled, failed, succeeded]));
    expect(seen.slice(3)).toEqual([running, pending]);
  });

  it("asCompleted() gives a future once that was given twice", {
    tags: ["AsCompletedTests.test_duplicate_futures"],
  }, async () => {
    const { succeeded } = inEachState();
    const seen: unknown[] = [];
    for await (const future of asCompleted(new Set([succeeded, succeeded]).values())) seen.push(future);
    for await (const future of asCompleted([succeeded, succeeded])) seen.push(future);
    expect(seen).toEqual([succeeded, succeeded]);
  });

  it("asCompleted() gives the done futures before it times out", {
    tags: ["AsCompletedTests.test_future_times_out"],
  }, async () => {
    for (const timeoutMs of [0, 20]) {
      const { pending, cancelled, failed, succeeded } = inEachState();
      const seen = new Set<unknown>();
      const all = (async () => {
        for await (const future of asCompleted([pending, cancelled, failed, succeeded], { timeoutMs }))
          seen.add(future);
      })();
      await expect(all).rejects.toBeInstanceOf(TimeoutError);
      expect(seen).toEqual(new Set([cancelled, failed, succeeded]));
    }
  });

  it("asCompleted() reports the number of unfinished futures when it times out", {
    tags: ["AsCompletedTests.test_correct_timeout_exception_msg"],
  }, async () => {
    const { pending, running, cancelled, succeeded } = inEachState();
    const all = (async () => {
      for await (const _ of asCompleted([cancelled, pending, running, succeeded], { timeoutMs: 0 }));
    })();
    await expect(all).rejects.toThrow("2 (of 4) futures unfinished");
  });

  it("asCompleted() and waitFutures() take a Map from futures to their inputs", async () => {
    const inputs = new Map(["a", "b"].map((input) => [new Future<string>(), input]));
    for (const [future, input] of inputs) future.setResult(`${input}!`);
    const seen: unknown[] = [];
    for await (const future of asCompleted(inputs)) seen.push([inputs.get(future), await future.result()]);
    for await (const future of asCompleted(inputs.keys())) seen.push([inputs.get(future), await future]);
    expect(seen).toEqual([["a", "a!"], ["b", "b!"], ["a", "a!"], ["b", "b!"]]); // biome-ignore format: one row
    expect((await waitFutures(inputs)).done).toEqual(new Set(inputs.keys()));
  });

  it("asCompleted() and waitFutures() refuse values that are not futures", async () => {
    const promise = Promise.resolve(1) as never;
    const message = /one is Promise; give the futures that submit\(\) returned/;
    expect(() => asCompleted([promise])).toThrow(message);
    await expect(waitFutures([promise])).rejects.toThrow(message);
  });

  /** How many of the given objects are still referenced. */
  async function countKept(refs: readonly WeakRef<object>[]): Promise<number> {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc");
    const kept = () => refs.filter((ref) => ref.deref() !== undefined).length;
    for (let i = 0; i < 20 && kept() > 0; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      collect();
    }
    return kept();
  }

  it("asCompleted() keeps no future that it has given out", async () => {
    const refs: WeakRef<object>[] = [];
    const pending = new Future<number>();
    const futures = () => {
      const done = Array.from({ length: 10 }, () => new Future<object>());
      for (const future of done) refs.push(new WeakRef(future));
      setImmediate(() => {
        for (const future of done) future.setResult({});
      });
      return [...done, pending];
    };
    const iterator = asCompleted<Future>(futures());
    // A function of its own: a suspended function may keep its last value in a register.
    const take = async (n: number) => {
      for (let i = 0; i < n; i++) await iterator.next();
    };
    await take(10);
    expect(await countKept(refs)).toBe(0);
    pending.setResult(1);
    expect(await iterator.next()).toEqual({ done: false, value: pending });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it("asCompleted() and waitFutures() keep no future after they have ended early", async () => {
    const pending = new Future<number>();
    const refs: WeakRef<object>[] = [];
    const done = () => {
      const future = new Future<number>();
      refs.push(new WeakRef(future));
      future.setResult(1);
      return future;
    };
    // Functions of their own: a suspended function may keep its last value in a register.
    const leaveEarly = async () => {
      const iterator = asCompleted([done(), done(), pending]);
      await iterator.next();
      await iterator.return();
      expect((await iterator.next()).done).toBe(true);
      const timedOut = asCompleted([done(), pending], { timeoutMs: 0 });
      await timedOut.next();
      await expect(timedOut.next()).rejects.toBeInstanceOf(TimeoutError);
      expect((await timedOut.next()).done).toBe(true);
      await waitFutures([done(), pending], { timeoutMs: 0 });
    };
    await leaveEarly();
    expect(await countKept(refs)).toBe(0);
  });

  it("addDoneCallback() returns a function that removes the callback", () => {
    const future = new Future<number>();
    const called = vi.fn();
    future.addDoneCallback(called)();
    future.setResult(1);
    expect(called).not.toHaveBeenCalled();
  });
});
