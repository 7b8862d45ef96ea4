import { writeFileSync } from "node:fs";
import {
  asCompleted,
  BrokenProcessPoolError,
  CancelledError,
  CloneError,
  ClosedError,
  type Engine,
  type ExecutorOptions,
  Future,
  ProcessPoolExecutor,
  type StartMethodName,
  TimeoutError,
  waitFutures,
} from "@manyhands/process";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { collect, createGate, expectNothingLeft, job } from "./job.ts";

const range = (n: number) => Array.from({ length: n }, (_, i) => i);

/**
 * The contract of a ProcessPoolExecutor, for every start method and engine.
 *
 * @param createEngine creates an engine whose workers are on other machines. Default: that of the start method.
 */
export function executorContract(startMethod: StartMethodName, createEngine?: () => Engine): void {
  const how = (): ExecutorOptions => (createEngine === undefined ? { startMethod } : { engine: createEngine() });
  const name = createEngine?.().startMethod ?? startMethod;
  const isThread = startMethod === "thread";
  const make = (options: ExecutorOptions = {}) =>
    new ProcessPoolExecutor({ maxWorkers: 2, ...how(), graceMs: 200, ...options });
  const workers = (executor: ProcessPoolExecutor) => executor.stats().workers.length;

  describe(`ProcessPoolExecutor on ${name}`, () => {
    let executor: ProcessPoolExecutor;
    beforeAll(() => {
      executor = make();
    });
    // A test that fails may have broken it, or left tasks that never end: the tests after it get another one.
    afterEach(({ task }) => {
      if (task.result?.state !== "fail") return;
      executor.killWorkers();
      executor = make();
    });
    afterAll(async () => {
      await executor.shutdown();
      await expectNothingLeft();
    });

    it("submit() passes positional arguments and trailing options", {
      tags: ["ExecutorTest.test_submit_keyword"],
    }, async () => {
      expect(await executor.submit(job("square"), 8)).toBe(64);
      expect(await executor.submit(job("options"), 2, { times: 3, plus: 4 })).toBe(10);
      expect(() => executor.submit(undefined as unknown as () => void)).toThrow(TypeError);
      expect(() => executor.submit(5 as unknown as () => void)).toThrow(TypeError);
    });

    it("map() takes one item of each of several iterables", { tags: ["ExecutorTest.test_map"] }, async () => {
      const powers = range(10).map((i) => i + i);
      expect(await collect(executor.map(job("add"), range(10), range(12)))).toEqual(powers);
      expect(await collect(executor.map(job("add"), range(10), range(10), { chunkSize: 3 }))).toEqual(powers);
      expect(await collect(executor.map(job("square"), new Set(range(4))))).toEqual([0, 1, 4, 9]);
    });

    it("map() gives results up to the first error", { tags: ["ExecutorTest.test_map_exception"] }, async () => {
      const results = executor.map(job("divide"), [1, 1, 1, 1], [2, 3, 0, 5]);
      expect((await results.next()).value).toBe(0);
      expect((await results.next()).value).toBe(0);
      await expect(results.next()).rejects.toThrow("division by zero");
      expect((await results.next()).done).toBe(true);
    });

    it("map() refuses a buffer size that is not a whole number", {
      tags: ["ExecutorTest.test_map_buffersize_type_validation"],
    }, async () => {
      for (const bufferSize of ["foo", 2.5]) {
        expect(() => executor.map(job("square"), [1], { bufferSize: bufferSize as number })).toThrow(RangeError);
      }
    });

    it("map() refuses a buffer size below 1", {
      tags: ["ExecutorTest.test_map_buffersize_value_validation"],
    }, async () => {
      for (const bufferSize of [0, -1]) {
        expect(() => executor.map(job("square"), [1], { bufferSize })).toThrow(RangeError);
      }
    });

    it("map() gives the same results with any buffer size", {
      tags: ["ExecutorTest.test_map_buffersize"],
    }, async () => {
      for (const bufferSize of [1, 2, 4, 8]) {
        expect(await collect(executor.map(job("square"), range(4), { bufferSize }))).toEqual([0, 1, 4, 9]);
      }
    });

    it("map() gives the same results with any buffer size and two iterables", {
      tags: ["ExecutorTest.test_map_buffersize_on_multiple_iterables"],
    }, async () => {
      for (const bufferSize of [1, 2, 4, 8]) {
        expect(await collect(executor.map(job("add"), range(4), range(4), { bufferSize }))).toEqual([0, 2, 4, 6]);
      }
    });

    it("map() reads an endless input lazily", {
      tags: ["ExecutorTest.test_map_buffersize_on_infinite_iterable"],
    }, async () => {
      function* endless() {
        for (let i = 0; ; i++) yield i;
      }
      async function* endlessLater() {
        yield* endless();
      }
      for (const input of [endless(), endlessLater()]) {
        const results = executor.map(job("square"), input, { bufferSize: 2 });
        for (const i of range(3)) expect((await results.next()).value).toBe(i * i);
        await results.return?.();
      }
    });

    it("map() ends at once when the input is empty", {
      tags: ["ExecutorTest.test_map_buffersize_on_empty_iterable"],
    }, async () => {
      expect((await executor.map(job("square"), [], { bufferSize: 2 }).next()).done).toBe(true);
    });

    it("map() ends at once without an iterable", {
      tags: ["ExecutorTest.test_map_buffersize_without_iterable"],
    }, async () => {
      expect((await executor.map(job("square"), { bufferSize: 2 } as never).next()).done).toBe(true);
    });

    it("a future rejects with a falsy error", { tags: ["ExecutorTest.test_swallows_falsey_exceptions"] }, async () => {
      for (const falsy of [0, "", false, null, undefined]) {
        const future = executor.submit(job("throwFalsy"), falsy);
        expect(
          await future.then(
            () => "no error",
            (error) => [error],
          ),
        ).toEqual([falsy]);
      }
    });

    it("an argument that cannot be cloned fails only its call", {
      tags: ["ExecutorDeadlockTest.test_error_at_task_pickle"],
    }, async () => {
      const bad = range(20).map(() => executor.submit(job("identity"), Symbol("s")));
      const good = executor.submit(job("square"), 4);
      for (const future of bad) await expect(future.result()).rejects.toBeInstanceOf(CloneError);
      expect(await good).toBe(16);
    });

    it("a function that cannot be loaded fails only its call", {
      tags: ["ExecutorDeadlockTest.test_error_at_task_unpickle"],
    }, async () => {
      const module = new URL("data:text/javascript,throw new EvalError('at import')");
      await expect(executor.submit({ module, name: "any" }).result()).rejects.toBeInstanceOf(EvalError);
      const exits = new URL("data:text/javascript,export default 1;");
      await expect(executor.submit({ module: exits, name: "default" }).result()).rejects.toThrow(/not a function/);
      expect(await executor.submit(job("square"), 4)).toBe(16);
    });

    it("a result that the parent cannot read rejects its future", {
      tags: ["ExecutorDeadlockTest.test_error_during_result_unpickle_in_result_handler"],
    }, async () => {
      await expect(executor.submit(job("giveUnreadable")).result()).rejects.toThrow();
      expect(await executor.submit(job("square"), 4)).toBe(16);
    });

    it("a SystemExit in a call rejects its future and does not end the worker", {
      tags: ["ExecutorDeadlockTest.test_exit_during_func_exec_on_worker"],
    }, async () => {
      await expect(executor.submit(job("systemExit")).result()).rejects.toMatchObject({ name: "SystemExit", value: 3 });
      expect(await executor.submit(job("square"), 4)).toBe(16);
    });

    it("an error in a call rejects its future", {
      tags: ["ExecutorDeadlockTest.test_error_during_func_exec_on_worker"],
    }, async () => {
      await expect(executor.submit(job("fail"), "no").result()).rejects.toThrow(RangeError);
    });

    it("a SystemExit while a result is cloned rejects its future", {
      tags: ["ExecutorDeadlockTest.test_exit_during_result_pickle_on_worker"],
    }, async () => {
      await expect(executor.submit(job("giveSystemExitGetter")).result()).rejects.toThrow(/exit\(3\)/);
      expect(await executor.submit(job("square"), 4)).toBe(16);
    });

    it("a result that cannot be cloned rejects its future", {
      tags: ["ExecutorDeadlockTest.test_error_during_result_pickle_on_worker"],
    }, async () => {
      await expect(executor.submit(job("giveSymbol")).result()).rejects.toBeInstanceOf(CloneError);
      expect(await executor.submit(job("square"), 4)).toBe(16);
    });

    it("an executor names its workers by default", {
      tags: ["ThreadPoolShutdownTest.test_thread_names_default"],
    }, async () => {
      expect(await executor.submit(job("name"))).toMatch(/^ProcessPoolExecutor-\d+_[01]$/);
    });

    it("asCompleted() gives futures in the order in which they are done", async () => {
      const [both, gate] = [createGate(), createGate()];
      const first = [0, 0].map((value) => executor.submit(job("giveAloneWhenExists"), value, both));
      await expect.poll(() => first.every(({ running }) => running)).toBe(true);
      writeFileSync(both, "");
      await Promise.all(first);
      const idle = () => executor.stats().workers.filter(({ state }) => state === "idle").length;
      await expect.poll(idle).toBe(2);
      const slow = executor.submit(job("giveWhenExists"), "slow", gate);
      const quick = executor.submit(job("giveWhenExists"), "quick");
      const order: unknown[] = [];
      for await (const future of asCompleted([slow, quick])) {
        order.push(await future);
        writeFileSync(gate, "");
      }
      expect(order).toEqual(["quick", "slow"]);
      expect(slow).toBeInstanceOf(Future);
    });
  });

  describe(`ProcessPoolExecutor from start to shutdown on ${name}`, () => {
    afterEach(expectNothingLeft);

    it("map() rejects with a TimeoutError when timeoutMs has passed", {
      tags: ["ExecutorTest.test_map_timeout"],
    }, async () => {
      // One worker, which runs already: its start takes none of the time.
      const executor = make({ maxWorkers: 1 });
      await executor.submit(job("square"), 1);
      const results = executor.map(job("sleepMs"), [0, 0, 60_000], { timeoutMs: 3000 });
      expect(await results.next()).toEqual({ done: false, value: 0 });
      expect(await results.next()).toEqual({ done: false, value: 0 });
      await expect(results.next()).rejects.toBeInstanceOf(TimeoutError);
      executor.killWorkers();
      await executor.shutdown();
    });

    it("map() reads no more items than its buffer holds", {
      tags: ["ExecutorTest.test_map_buffersize_when_buffer_is_full"],
    }, async () => {
      const executor = make();
      let read = 0;
      function* counted() {
        for (;;) yield read++;
      }
      const results = executor.map(job("square"), counted(), { bufferSize: 3 });
      await executor.submit(job("square"), 1);
      expect(read).toBe(3);
      await results.return?.();
      await executor.shutdown();
    });

    it("shutdown() right after map() finishes all items", {
      tags: ["ExecutorTest.test_shutdown_race_issue12456"],
    }, async () => {
      const executor = make({ maxWorkers: 4 });
      const results = executor.map(job("square"), range(40));
      await executor.shutdown();
      expect(await collect(results)).toEqual(range(40).map((x) => x * x));
    });

    it("an executor starts no more than maxWorkers workers", {
      tags: ["ProcessPoolExecutorTest.test_saturation"],
    }, async () => {
      const executor = make();
      const futures = range(30).map(() => executor.submit(job("slowly"), 1, 2));
      expect(workers(executor)).toBeLessThanOrEqual(2);
      await waitFutures(futures);
      expect(workers(executor)).toBe(2);
      await executor.shutdown();
    });

    it("an executor uses an idle worker before it starts another", {
      tags: ["ProcessPoolExecutorTest.test_idle_process_reuse_one", "ThreadPoolExecutorTest.test_idle_thread_reuse"],
    }, async () => {
      const executor = make({ maxWorkers: 4 });
      expect(workers(executor)).toBe(0);
      for (const i of range(5)) await executor.submit(job("square"), i);
      expect(workers(executor)).toBe(1);
      await executor.shutdown();
    });

    it("maxTasksPerChild replaces a worker after that many tasks", {
      tags: ["ProcessPoolExecutorTest.test_max_tasks_per_child"],
    }, async () => {
      const executor = make({ maxWorkers: 1, maxTasksPerChild: 3 });
      const who: string[] = [];
      for (const _ of range(4)) who.push(await executor.submit(job("whoAmI")));
      expect(who[1]).toBe(who[0]);
      expect(who[2]).toBe(who[0]);
      expect(who[3]).not.toBe(who[0]);
      await executor.shutdown();
    });

    it("shutdown() finishes all calls when each needs a new worker", {
      tags: ["ProcessPoolExecutorTest.test_max_tasks_early_shutdown"],
    }, async () => {
      const executor = make({ maxWorkers: 3, maxTasksPerChild: 1 });
      const futures = range(6).map((i) => executor.submit(job("square"), i));
      await executor.shutdown();
      expect(await Promise.all(futures)).toEqual([0, 1, 4, 9, 16, 25]);
    });

    it("more calls than workers and task limits are all finished", {
      tags: ["ProcessPoolExecutorTest.test_max_tasks_per_child_pending_tasks_gh115634"],
    }, async () => {
      await using executor = make({ maxTasksPerChild: 2 });
      const futures = range(9).map((i) => executor.submit(job("square"), i));
      expect(await Promise.all(futures)).toEqual(range(9).map((i) => i * i));
    });

    it("shutdown() without waiting runs all queued calls", {
      tags: ["ProcessPoolExecutorTest.test_shutdown_no_wait_max_tasks_gh119592"],
    }, async () => {
      const executor = make({ maxWorkers: 1, maxTasksPerChild: 1 });
      const futures = range(3).map((i) => executor.submit(job("square"), i));
      await executor.shutdown({ wait: false });
      expect(await Promise.all(futures)).toEqual([0, 1, 4]);
      await executor.shutdown();
    });

    it("a worker keeps no argument after its call", {
      tags: ["ProcessPoolExecutorTest.test_ressources_gced_in_workers"],
    }, async () => {
      await using executor = make({ maxWorkers: 1 });
      await executor.submit(job("keepWeakly"), { some: "object" });
      expect(await executor.submit(job("isGivenCollected"))).toBe(true);
    });

    for (const [end, tag] of [
      ["terminateWorkers", "ProcessPoolExecutorTest.test_terminate_workers"],
      ["killWorkers", "ProcessPoolExecutorTest.test_kill_workers"],
    ] as const) {
      it(`${end}() breaks running calls and cancels queued ones`, { tags: [tag] }, async () => {
        const executor = make({ maxWorkers: 1 });
        await executor.submit(job("square"), 1);
        const running = executor.submit(job("slowlyAlone"), 1, 60_000);
        const queued = executor.submit(job("slowlyAlone"), 1, 60_000);
        await expect.poll(() => running.running).toBe(true);
        executor[end]();
        await expect(running.result()).rejects.toBeInstanceOf(BrokenProcessPoolError);
        await expect(queued.result()).rejects.toBeInstanceOf(CancelledError);
        await executor.shutdown();
        expect(workers(executor)).toBe(0);
      });
    }

    it("terminateWorkers() and killWorkers() do nothing to a broken executor", {
      tags: ["ProcessPoolExecutorTest.test_force_shutdown_workers_dead_workers"],
    }, async () => {
      const executor = make();
      await expect(executor.submit(job("exit"), 1).result()).rejects.toBeInstanceOf(BrokenProcessPoolError);
      executor.terminateWorkers();
      executor.killWorkers();
      await executor.shutdown();
    });

    it("terminateWorkers() and killWorkers() do nothing when no worker was started", {
      tags: ["ProcessPoolExecutorTest.test_force_shutdown_workers_not_started_yet"],
    }, async () => {
      const executor = make();
      executor.killWorkers();
      executor.terminateWorkers();
      await executor.shutdown();
    });

    it("submit() throws after terminateWorkers()", {
      tags: ["ProcessPoolExecutorTest.test_force_shutdown_workers_stops_pool"],
    }, async () => {
      const executor = make();
      await executor.submit(job("square"), 1);
      executor.terminateWorkers();
      expect(() => executor.submit(job("square"), 1)).toThrow(ClosedError);
      await executor.shutdown();
      expect(workers(executor)).toBe(0);
    });

    it("killWorkers() starts no replacement of a worker at its task limit", {
      tags: ["ProcessPoolExecutorTest.test_force_shutdown_during_max_tasks_worker_exit"],
    }, async () => {
      const executor = make({ maxWorkers: 1, maxTasksPerChild: 1 });
      const first = executor.submit(job("square"), 1);
      const rest = range(3).map(() => executor.submit(job("slowly"), 1, 60_000));
      await first;
      executor.killWorkers();
      for (const future of rest) await expect(future.result()).rejects.toThrow();
      await executor.shutdown();
      expect(workers(executor)).toBe(0);
    });

    it("each future of a broken executor gets an error of its own", {
      tags: ["ProcessPoolExecutorTest.test_broken_process_pool_traceback"],
    }, async () => {
      const executor = make({ maxWorkers: 1 });
      const futures = [executor.submit(job("exit"), 3), ...range(3).map((i) => executor.submit(job("slowly"), i))];
      const errors = await Promise.all(futures.map((future) => future.exception()));
      expect(new Set(errors).size).toBe(4);
      for (const error of errors) {
        expect(error).toBeInstanceOf(BrokenProcessPoolError);
        expect((error as Error).cause).toMatchObject({ code: "ERR_MANYHANDS_WORKER_DIED", exitCode: 3 });
      }
      expect(() => executor.submit(job("square"), 1)).toThrow(BrokenProcessPoolError);
      await executor.shutdown();
    });

    it.skipIf(isThread)(
      "the crash of a worker without tasks breaks the executor",
      { tags: ["ProcessPoolExecutorTest.test_killed_child"] },
      async () => {
        const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
        const executor = make();
        const future = executor.submit(job("sleepMs"), 60_000);
        await expect.poll(() => typeof executor.stats().workers[0]?.pid).toBe("number");
        process.kill(executor.stats().workers[0]?.pid as number, "SIGKILL");
        await expect(future.result()).rejects.toBeInstanceOf(BrokenProcessPoolError);
        expect(() => executor.submit(job("square"), 2)).toThrow(BrokenProcessPoolError);
        await executor.shutdown();
        warned.mockRestore();
      },
    );

    it("map() and the constructor refuse an invalid chunkSize and maxWorkers", {
      tags: ["ProcessPoolExecutorTest.test_map_chunksize", "ExecutorTest.test_max_workers_negative"],
    }, async () => {
      const executor = make();
      for (const chunkSize of [6, 40, 50]) {
        expect(await collect(executor.map(job("add"), range(40), range(40), { chunkSize }))).toEqual(
          range(40).map((x) => 2 * x),
        );
      }
      expect(() => executor.map(job("square"), range(40), { chunkSize: -1 })).toThrow(RangeError);
      for (const maxWorkers of [0, -1]) expect(() => make({ maxWorkers })).toThrow(/maxWorkers is .*, write a whole/);
      await executor.shutdown({ wait: false });
      expect(() => executor.submit(job("square"), 1)).toThrow(ClosedError);
    });

    it("workers that cannot be started break the executor", {
      tags: ["ProcessPoolExecutorTest.test_python_finalization_error"],
    }, async () => {
      const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      const executor = make({ initializer: job("increment"), initArgs: [Symbol("s")] });
      const future = executor.submit(job("square"), 4);
      await expect(future.result()).rejects.toBeInstanceOf(BrokenProcessPoolError);
      await executor.shutdown();
      warned.mockRestore();
    });

    it("a module that exits while it loads breaks the executor", {
      tags: ["ExecutorDeadlockTest.test_exit_at_task_unpickle"],
    }, async () => {
      const executor = make();
      const module = new URL("data:text/javascript,process.exit(3)");
      const future = executor.submit({ module, name: "any" });
      await expect(future.result()).rejects.toBeInstanceOf(BrokenProcessPoolError);
      await executor.shutdown();
    });

    it("a module that crashes while it loads breaks the executor", {
      tags: ["ExecutorDeadlockTest.test_crash_at_task_unpickle"],
    }, async () => {
      const executor = make();
      const crash = isThread ? "process.exit(134)" : "process.abort()";
      const future = executor.submit({ module: new URL(`data:text/javascript,${crash}`), name: "any" });
      await expect(future.result()).rejects.toBeInstanceOf(BrokenProcessPoolError);
      await executor.shutdown();
    });

    it("a crash in a call breaks the executor", {
      tags: ["ExecutorDeadlockTest.test_crash_during_func_exec_on_worker"],
    }, async () => {
      const executor = make(isThread ? { resourceLimits: { maxOldGenerationSizeMb: 32 } } : {});
      const future = executor.submit(job(isThread ? "eatMemory" : "abort"));
      await expect(future.result()).rejects.toBeInstanceOf(BrokenProcessPoolError);
      await executor.shutdown();
    });

    it("a crash while a result is cloned breaks the executor", {
      tags: ["ExecutorDeadlockTest.test_crash_during_result_pickle_on_worker"],
    }, async () => {
      const executor = make();
      await expect(executor.submit(job("giveExitGetter")).result()).rejects.toBeInstanceOf(BrokenProcessPoolError);
      await executor.shutdown();
    });

    it("shutdown() does not hang after a crash", {
      tags: ["ExecutorDeadlockTest.test_shutdown_deadlock"],
    }, async () => {
      const executor = make();
      const future = executor.submit(job("exit"), 1);
      await Promise.all([executor.shutdown(), expect(future.result()).rejects.toBeInstanceOf(BrokenProcessPoolError)]);
    });

    it("shutdown() does not hang after an argument that cannot be cloned", {
      tags: ["ExecutorDeadlockTest.test_shutdown_deadlock_pickle"],
    }, async () => {
      const executor = make();
      const future = executor.submit(job("identity"), Symbol("s"));
      await executor.shutdown({ wait: false });
      await expect(future.result()).rejects.toBeInstanceOf(CloneError);
      await executor.shutdown();
    });

    it("a crash while large arguments are being sent breaks the executor", {
      tags: ["ExecutorDeadlockTest.test_crash_big_data"],
    }, async () => {
      const executor = make();
      const big = "x".repeat(2 ** 20);
      const futures = range(8).map(() => executor.submit(job("exitOn"), big));
      for (const future of futures) await expect(future.result()).rejects.toBeInstanceOf(BrokenProcessPoolError);
      await executor.shutdown();
    });

    it("the initializer runs once in each worker", { tags: ["InitializerMixin.test_initializer"] }, async () => {
      await using executor = make({ initializer: job("initialize"), initArgs: ["once"] });
      const seen = await Promise.all(range(6).map(() => executor.submit(job("initializedWith"))));
      for (const args of seen) expect(args).toEqual([["once"]]);
    });

    it("a failing initializer breaks the executor, emits a warning and leaves no worker", {
      tags: [
        "FailingInitializerMixin.test_initializer",
        "FailingInitializerResourcesTest.test_spawn",
        "FailingInitializerResourcesTest.test_forkserver",
      ],
    }, async () => {
      const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
      const executor = make({ initializer: job("fail"), initArgs: ["boot"] });
      const futures = range(3).map((i) => executor.submit(job("square"), i));
      for (const future of futures) await expect(future.result()).rejects.toBeInstanceOf(BrokenProcessPoolError);
      expect(() => executor.submit(job("square"), 1)).toThrow(/RangeError: boot/);
      await executor.shutdown();
      expect(String(warned.mock.calls[0]?.[0])).toMatch(/RangeError: boot/);
      warned.mockRestore();
    });

    it("submit() after shutdown() throws", { tags: ["ExecutorShutdownTest.test_run_after_shutdown"] }, async () => {
      const executor = make();
      await executor.shutdown();
      await executor.shutdown();
      expect(() => executor.submit(job("square"), 1)).toThrow(ClosedError);
    });

    it("shutdown() finishes many queued calls", { tags: ["ExecutorShutdownTest.test_hang_issue12364"] }, async () => {
      const executor = make();
      const futures = range(50).map((i) => executor.submit(job("slowly"), i, 2));
      await executor.shutdown();
      expect(await Promise.all(futures)).toEqual(range(50));
    });

    it("shutdown() does not hang after a call that was cancelled at once", {
      tags: ["ExecutorShutdownTest.test_hang_gh94440"],
    }, async () => {
      const executor = make();
      await executor.submit(job("square"), 1);
      executor.submit(job("square"), 1).cancel();
      await executor.shutdown();
    });

    it("blocking calls get a worker each, and shutdown() ends all workers", {
      tags: ["ProcessPoolShutdownTest.test_processes_terminate", "ThreadPoolShutdownTest.test_threads_terminate"],
    }, async () => {
      const executor = make({ maxWorkers: 5 });
      const file = createGate();
      const futures = range(3).map(() => executor.submit(job("untilExists"), file));
      await expect.poll(() => futures.every(({ running }) => running)).toBe(true);
      expect(workers(executor)).toBe(3);
      writeFileSync(file, "");
      await executor.shutdown();
      expect(workers(executor)).toBe(0);
    });

    it("leaving a scope waits for all calls and workers", {
      tags: [
        "ProcessPoolShutdownTest.test_context_manager_shutdown",
        "ThreadPoolShutdownTest.test_context_manager_shutdown",
      ],
    }, async () => {
      let results: AsyncIterable<number>;
      let left: ProcessPoolExecutor;
      {
        await using executor = make({ maxWorkers: 3 });
        left = executor;
        results = executor.map(job("square"), range(5));
      }
      expect(workers(left)).toBe(0);
      expect(await collect(results)).toEqual([0, 1, 4, 9, 16]);
    });

    it("shutdown() without waiting computes all results of map()", {
      tags: ["ThreadPoolShutdownTest.test_shutdown_no_wait"],
    }, async () => {
      const executor = make();
      const results = executor.map(job("square"), range(5));
      await executor.shutdown({ wait: false });
      expect(await collect(results)).toEqual([0, 1, 4, 9, 16]);
      await executor.shutdown();
    });

    it("an executor without references computes all results", {
      tags: ["ProcessPoolShutdownTest.test_del_shutdown", "ThreadPoolShutdownTest.test_del_shutdown"],
    }, async () => {
      let executor: ProcessPoolExecutor | undefined = make();
      const results = executor.map(job("square"), range(5));
      void executor.shutdown({ wait: false });
      executor = undefined;
      expect(await collect(results)).toEqual([0, 1, 4, 9, 16]);
    });

    it("shutdown() keeps the error of a call that is its worker's last", {
      tags: ["ProcessPoolShutdownTest.test_shutdown_gh_132969_case_1"],
    }, async () => {
      const executor = make({ maxTasksPerChild: 1 });
      const future = executor.submit(job("fail"), "no");
      await executor.shutdown({ wait: false });
      await expect(future.result()).rejects.toThrow(RangeError);
      await executor.shutdown();
    });

    it("shutdown() keeps the error of a call that is its worker's last, with several workers", {
      tags: ["ProcessPoolShutdownTest.test_shutdown_gh_132969_case_2"],
    }, async () => {
      const executor = make({ maxWorkers: 4, maxTasksPerChild: 1 });
      const future = executor.submit(job("fail"), "no");
      await executor.shutdown({ wait: false });
      await expect(future.result()).rejects.toThrow(RangeError);
      await executor.shutdown();
    });

    it("workerNamePrefix sets the names of the workers", {
      tags: ["ThreadPoolShutdownTest.test_thread_names_assigned"],
    }, async () => {
      await using executor = make({ maxWorkers: 3, workerNamePrefix: "SpecialPool" });
      const names = await Promise.all(range(6).map(() => executor.submit(job("name"))));
      for (const name of names) expect(name).toMatch(/^SpecialPool_[0-2]$/);
    });

    it("shutdown() with cancelFutures cancels the calls that no worker has", {
      tags: ["ThreadPoolShutdownTest.test_cancel_futures_wait_false"],
    }, async () => {
      const executor = make({ maxWorkers: 1 });
      await executor.submit(job("square"), 1);
      const gate = createGate();
      const running = executor.submit(job("holdAlone"), "done", gate);
      const queued = range(3).map(() => executor.submit(job("holdAlone"), 1, gate));
      await expect.poll(() => running.running).toBe(true);
      await executor.shutdown({ wait: false, cancelFutures: true });
      expect(queued.map(({ cancelled }) => cancelled)).toEqual([true, true, true]);
      expect(executor.stats()).toMatchObject({ queued: 0, running: 1, cancelled: 3 });
      writeFileSync(gate, "");
      expect(await running).toBe("done");
      await executor.shutdown();
    });

    it("map() submits all calls before it is iterated", {
      tags: ["ThreadPoolExecutorTest.test_map_submits_without_iteration"],
    }, async () => {
      const executor = make();
      executor.map(job("square"), range(10));
      await executor.shutdown();
      expect(executor.stats().succeeded).toBe(10);
    });

    it("map() that times out does not run items that had not started", {
      tags: ["ThreadPoolExecutorTest.test_executor_map_current_future_cancel"],
    }, async () => {
      const executor = make({ maxWorkers: 1 });
      await executor.submit(job("square"), 1);
      const gate = createGate();
      const blocking = executor.submit(job("blockAlone"), 1, gate);
      const results = executor.map(job("square"), range(10), { timeoutMs: 10 });
      await expect(results.next()).rejects.toBeInstanceOf(TimeoutError);
      expect((await results.next()).done).toBe(true);
      expect(executor.stats()).toMatchObject({ queued: 0, running: 1 });
      writeFileSync(gate, "");
      await blocking;
      await executor.shutdown();
      expect(executor.stats().succeeded).toBe(2);
    });
  });
}
