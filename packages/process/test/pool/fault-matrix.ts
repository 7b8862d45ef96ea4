import {
  BrokenProcessPoolError,
  CloneError,
  MaybeEncodingError,
  Pool,
  ProcessPoolExecutor,
  type StartMethodName,
  WorkerDiedError,
} from "@manyhands/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNothingLeft, job } from "./job.ts";

/** One fault: where it happens, how, and the error that the caller gets. */
interface Fault {
  readonly where: "argument encode" | "load" | "run" | "result encode";
  readonly how: string;
  /** A function of the fixture, or the text of a module. */
  readonly fn: string;
  readonly arg?: () => unknown;
  /** "thread", or "process": a thread cannot be killed by a signal, nor abort by itself. */
  readonly on?: "thread" | "process";
  /** Whether the fault ends the worker: then the caller gets a WorkerDiedError, and an executor breaks. */
  readonly endsWorker?: true;
  readonly gets: (error: unknown) => void;
}

const died =
  (exitCode: number, signal: string | null = null) =>
  (error: unknown) => {
    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error).toMatchObject({ exitCode, signal, code: "ERR_MANYHANDS_WORKER_DIED" });
    expect((error as Error).message).toMatch(/\S+[-_]\d+ \(.*pid \d+\) ended while it ran .*: /);
  };
const threw = (type: new (...args: never[]) => Error, message: RegExp) => (error: unknown) => {
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toMatch(message);
};
const is = (value: unknown) => (error: unknown) => expect(error).toEqual(value);

const faults: readonly Fault[] = [
  {
    where: "argument encode",
    how: "symbol",
    fn: "identity",
    arg: () => [Symbol("s")],
    gets: threw(CloneError, /Symbol/),
  },
  {
    where: "argument encode",
    how: "WeakMap",
    fn: "identity",
    arg: () => [new WeakMap()],
    gets: threw(CloneError, /WeakMap/),
  },
  {
    where: "argument encode",
    how: "throw",
    fn: "identity",
    arg: () => withGetter(new Error("getter")),
    gets: threw(Error, /getter/),
  },
  {
    where: "argument encode",
    how: "throw a string",
    fn: "identity",
    arg: () => withGetter("text"),
    gets: (error) => expect(String((error as Error)?.message ?? error)).toMatch(/text/),
  },
  { where: "load", how: "no such export", fn: "nothingThere", gets: threw(Error, /does not export/) },
  { where: "load", how: "syntax error", fn: "export const fault = ;", gets: threw(SyntaxError, /Unexpected token/) },
  { where: "load", how: "throw", fn: "throw new EvalError('at import')", gets: threw(EvalError, /^at import$/) },
  { where: "load", how: "throw a string", fn: "throw 'text'", gets: is("text") },
  { where: "load", how: "reject", fn: "await Promise.reject(new RangeError('no'))", gets: threw(RangeError, /^no$/) },
  { where: "load", how: "exit 0", fn: "process.exit(0)", endsWorker: true, gets: died(0) },
  { where: "load", how: "exit 7", fn: "process.exit(7)", endsWorker: true, gets: died(7) },
  { where: "load", how: "abort", fn: "process.abort()", on: "process", endsWorker: true, gets: died(-6, "SIGABRT") },
  {
    where: "load",
    how: "SIGKILL",
    fn: "process.kill(process.pid, 'SIGKILL')",
    on: "process",
    endsWorker: true,
    gets: died(-9, "SIGKILL"),
  },
  { where: "run", how: "throw", fn: "fail", arg: () => "no", gets: threw(RangeError, /^no$/) },
  { where: "run", how: "throw a string", fn: "throwValue", arg: () => "text", gets: is("text") },
  { where: "run", how: "throw undefined", fn: "throwValue", arg: () => undefined, gets: is(undefined) },
  { where: "run", how: "throw 0", fn: "throwValue", arg: () => 0, gets: is(0) },
  { where: "run", how: "reject", fn: "reject", arg: () => "later", gets: threw(TypeError, /^later$/) },
  { where: "run", how: "reject with a string", fn: "rejectValue", arg: () => "text", gets: is("text") },
  { where: "run", how: "throw an uncloneable error", fn: "throwUncloneable", gets: threw(Error, /with a socket/) },
  { where: "run", how: "throw a frozen error", fn: "throwFrozen", gets: threw(RangeError, /^frozen$/) },
  { where: "run", how: "throw a Proxy that throws", fn: "throwProxy", gets: threw(Error, /./) },
  { where: "run", how: "SystemExit", fn: "systemExit", gets: threw(Error, /exit\(3\)/) },
  { where: "run", how: "exit 0", fn: "exit", arg: () => 0, endsWorker: true, gets: died(0) },
  { where: "run", how: "exit 7", fn: "exit", arg: () => 7, endsWorker: true, gets: died(7) },
  { where: "run", how: "abort", fn: "abort", on: "process", endsWorker: true, gets: died(-6, "SIGABRT") },
  { where: "run", how: "SIGKILL", fn: "killSelf", on: "process", endsWorker: true, gets: died(-9, "SIGKILL") },
  { where: "run", how: "out of memory", fn: "eatMemory", on: "thread", endsWorker: true, gets: died(1) },
  { where: "run", how: "uncaught error", fn: "uncaughtLater", endsWorker: true, gets: died(1) },
  { where: "result encode", how: "promise", fn: "givePromise", gets: threw(MaybeEncodingError, /Promise/) },
  { where: "result encode", how: "symbol", fn: "giveSymbol", gets: threw(MaybeEncodingError, /Symbol/) },
  { where: "result encode", how: "WeakMap", fn: "giveWeakMap", gets: threw(MaybeEncodingError, /WeakMap/) },
  { where: "result encode", how: "throw", fn: "giveBadGetter", gets: threw(Error, /getter/) },
  { where: "result encode", how: "throw a string", fn: "giveStringGetter", gets: threw(Error, /text/) },
  { where: "result encode", how: "throw the second time", fn: "giveFickleGetter", gets: threw(Error, /second/) },
  { where: "result encode", how: "exit 0", fn: "giveExitGetter", arg: () => 0, endsWorker: true, gets: died(0) },
  { where: "result encode", how: "exit 6", fn: "giveExitGetter", arg: () => 6, endsWorker: true, gets: died(6) },
  {
    where: "result encode",
    how: "abort",
    fn: "giveAbortGetter",
    on: "process",
    endsWorker: true,
    gets: died(-6, "SIGABRT"),
  },
  {
    where: "result encode",
    how: "SIGKILL",
    fn: "giveKillGetter",
    on: "process",
    endsWorker: true,
    gets: died(-9, "SIGKILL"),
  },
  {
    where: "result encode",
    how: "out of memory",
    fn: "giveHungryGetter",
    on: "thread",
    endsWorker: true,
    gets: died(1),
  },
];

function withGetter(thrown: unknown) {
  return Object.defineProperty({}, "field", {
    enumerable: true,
    get() {
      throw thrown;
    },
  });
}

/** A fault inside a task: its name in titles, the function of the fixture, and its argument. */
type TaskFault = [how: string, fn: string, arg: unknown];

/** A function of the fixture; or, if `fn` is the text of a module, the export of that module. */
const target = (fn: string) =>
  /\W/.test(fn) ? ({ module: new URL(`data:text/javascript,${fn}`), name: "fault" } as never) : job(fn);

/** Each kind of call, with one item that has the fault. */
const calls: Readonly<Record<string, (pool: Pool, fn: string, arg: unknown) => Promise<unknown>>> = {
  apply: (pool, fn, arg) => pool.apply(target(fn), [arg]),
  map: (pool, fn, arg) => pool.map(target(fn), [arg], { chunkSize: 1 }),
  starmap: (pool, fn, arg) => pool.starmap(target(fn), [[arg]]),
  imap: async (pool, fn, arg) => pool.imap(target(fn), [arg]).next(),
  imapUnordered: async (pool, fn, arg) => pool.imapUnordered(target(fn), [arg]).next(),
};
const executorCalls: Readonly<Record<string, (executor: ProcessPoolExecutor, fn: string, arg: unknown) => unknown>> = {
  submit: (executor, fn, arg) => executor.submit(target(fn), arg).result(),
  "executor's map": (executor, fn, arg) => executor.map(target(fn), [arg]).next(),
};

/** The error of a call that must fail. */
async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    (value) => expect.unreachable(`it returned ${String(value)}`),
    (error) => error,
  );
}

const increments = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

/** Every place × fault × kind of call: the call settles once, and the pool has all its workers afterwards. */
export function faultMatrix(startMethod: StartMethodName): void {
  const limits = startMethod === "thread" && { resourceLimits: { maxOldGenerationSizeMb: 24 } };
  const here = startMethod === "thread" ? "thread" : "process";
  const there = faults.filter(({ on = here }) => on === here);

  describe(`Pool with faults on ${startMethod}`, () => {
    let pool: Pool;
    beforeAll(() => {
      pool = new Pool({ processes: 2, startMethod, ...limits });
    });
    afterAll(async () => {
      pool.close();
      await pool.join();
      await expectNothingLeft();
    });

    async function expectAllWorkers(): Promise<void> {
      expect(await pool.map(job("increment"), [1, 2, 3])).toEqual([2, 3, 4]);
      const stats = pool.stats();
      expect(stats.workers.filter(({ state }) => state !== "ending")).toHaveLength(2);
      expect(stats).toMatchObject({ state: "open", queued: 0, running: 0 });
    }

    for (const { where, how, fn, arg, endsWorker, gets } of there) {
      it.each(Object.entries(calls))(`%s settles with the fault "${how}" in ${where}`, async (_, run) => {
        const diedBefore = pool.stats().died;
        // Calls before and behind the fault must not fail.
        const neighbours = Array.from({ length: 6 }, (_, i) => pool.apply(job("increment"), [i]));
        const failing = failureOf(run(pool, fn, arg?.()));
        neighbours.push(...Array.from({ length: 6 }, (_, i) => pool.apply(job("increment"), [i])));
        gets(await failing);
        expect(await Promise.all(neighbours)).toEqual([...increments(6), ...increments(6)]);
        await expectAllWorkers();
        expect(pool.stats().died - diedBefore).toBe(endsWorker === true ? 1 : 0);
      });
    }

    const crashes: TaskFault[] = [
      ["exit 0", "exit", 0],
      ["exit 3", "exit", 3],
      ...((here === "thread"
        ? [["out of memory", "eatMemory", 0]]
        : [
            ["abort", "abort", 0],
            ["SIGKILL", "killSelf", 0],
          ]) satisfies TaskFault[]),
    ];
    const throws: TaskFault[] = [
      ["throw", "fail", "no"],
      ["throw a string", "throwValue", "text"],
      ["reject", "reject", "no"],
    ];

    it.each([...crashes, ...throws])(
      "a fault between tasks keeps the answer before it and replaces the worker: %s",
      async (_, how, arg) => {
        for (const call of [
          () => pool.apply(job("faultAfter"), [[how, arg]]),
          () => pool.map(job("faultAfter"), [[how, arg]]),
          () => pool.starmap(job("faultAfter"), [[[how, arg]]]),
          () => pool.imap(job("faultAfter"), [[how, arg]]).next(),
          () => pool.imapUnordered(job("faultAfter"), [[how, arg]]).next(),
        ]) {
          const { died } = pool.stats();
          expect(JSON.stringify(await call())).toMatch(/answered/);
          await expect.poll(() => pool.stats().died, { interval: 5 }).toBe(died + 1);
          expect(await pool.map(job("increment"), [1, 2, 3], { chunkSize: 1 })).toEqual([2, 3, 4]);
        }
        await expectAllWorkers();
      },
    );

    it.each([...crashes, ...throws, ["uncloneable result", "giveSymbol", 0]])(
      "close() finishes all other calls when one has the fault: %s",
      async (_, how, arg) => {
        const own = new Pool({ processes: 2, startMethod, ...limits });
        const items = ["a", [how, arg], "b"];
        const each = Promise.allSettled(items.map((item) => own.apply(job("faultIf"), [item])));
        const lists = Promise.allSettled([own.map(job("faultIf"), items), own.starmap(job("faultIf"), [[items[1]]])]);
        const iterations = [own.imap(job("faultIf"), items), own.imapUnordered(job("faultIf"), items)];
        own.close();
        await own.join();
        expect((await each).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
        expect((await lists).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
        for (const results of iterations) {
          const statuses = (await Promise.allSettled(items.map(() => results.next()))).map(({ status }) => status);
          expect(statuses.sort()).toEqual(["fulfilled", "fulfilled", "rejected"]);
          expect((await results.next()).done).toBe(true);
        }
        expect(own.stats()).toMatchObject({ workers: [], queued: 0, running: 0 });
      },
    );

    it.each(["loop", "giveLoopGetter", "for (;;);"])(
      "terminate() ends an endless loop, %s, and rejects all calls",
      async (fn) => {
        const own = new Pool({ processes: 2, startMethod, graceMs: 50 });
        const endless = Object.values(calls).map((run) => failureOf(run(own, fn, 0)));
        const behind = failureOf(own.apply(job("increment"), [1]));
        await expect.poll(() => own.stats().running).toBe(2);
        own.terminate();
        await own.join();
        for (const error of await Promise.all([...endless, behind])) {
          expect(error).toMatchObject({ code: "ERR_MANYHANDS_CLOSED" });
        }
        expect(own.stats()).toMatchObject({ state: "terminated", workers: [], queued: 0, running: 0 });
      },
    );

    it("a crash reports the stderr tail of the worker", async () => {
      const error = (await failureOf(pool.apply(job("sayAndExit"), ["famous final lines"]))) as WorkerDiedError;
      died(4)(error);
      expect(error.stderr).toMatch(/famous final lines/);
      expect(error.message).toMatch(/apply\(sayAndExit\): exit code 4; the last lines of its stderr:\nfamous/);
    });
  });

  describe(`ProcessPoolExecutor with faults on ${startMethod}`, () => {
    const make = () => new ProcessPoolExecutor({ maxWorkers: 1, startMethod, graceMs: 50, ...limits });
    let shared: ProcessPoolExecutor;
    beforeAll(() => {
      shared = make();
    });
    afterAll(async () => {
      await shared.shutdown();
      await expectNothingLeft();
    });

    for (const { where, how, fn, arg, endsWorker, gets } of there) {
      it.each(Object.entries(executorCalls))(`%s settles with the fault "${how}" in ${where}`, async (_, run) => {
        const executor = endsWorker === true ? make() : shared;
        const failing = failureOf((async () => run(executor, fn, arg?.()))());
        const behind = executor.submit(job("increment"), 1).result();
        if (endsWorker !== true) {
          gets(await failing);
          expect(await behind).toBe(2);
          expect(executor.stats()).toMatchObject({ state: "open", queued: 0, running: 0, died: 0 });
          return;
        }
        const error = (await failing) as Error;
        expect(error).toBeInstanceOf(BrokenProcessPoolError);
        gets(error.cause);
        expect(await failureOf(behind)).toBeInstanceOf(BrokenProcessPoolError);
        expect(() => executor.submit(job("increment"), 1)).toThrow(BrokenProcessPoolError);
        await executor.shutdown();
        expect(executor.stats()).toMatchObject({ state: "broken", workers: [], queued: 0, running: 0 });
      });
    }

    it.each(["loop", "for (;;);"])("killWorkers() ends an endless loop, %s", async (fn) => {
      const executor = make();
      const running = failureOf(executor.submit(target(fn)).result());
      const mapped = failureOf(executor.map(target(fn), [1]).next());
      await expect.poll(() => executor.stats().running).toBe(1);
      executor.killWorkers();
      await executor.shutdown();
      expect(await running).toBeInstanceOf(BrokenProcessPoolError);
      expect(await mapped).toBeInstanceOf(BrokenProcessPoolError);
    });
  });
}
