import { CloneError, MaybeEncodingError, Pool, type StartMethodName, WorkerDiedError } from "@manyhands/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNothingLeft, job } from "./job.ts";

/** One fault: where it strikes, how, and what the caller gets. */
interface Fault {
  readonly where: "argument encode" | "load" | "run" | "result encode";
  readonly how: string;
  readonly fn: string;
  readonly arg?: () => unknown;
  /** "thread", or "spawn" for all processes: a thread cannot be killed by a signal, nor abort by itself. */
  readonly on?: StartMethodName;
  /** Whether it is the end of the worker. */
  readonly deadly?: true;
  readonly gets: (error: unknown) => void;
}

const died =
  (exitCode: number, signal: string | null = null) =>
  (error: unknown) => {
    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error).toMatchObject({ exitCode, signal, code: "ERR_MANYHANDS_WORKER_DIED" });
    expect((error as Error).message).toMatch(/PoolWorker-\d+ \(.*pid \d+\) ended while it ran .*: /);
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
  { where: "argument encode", how: "getter throws", fn: "identity", arg: badGetter, gets: threw(Error, /getter/) },
  { where: "load", how: "no such export", fn: "nothingThere", gets: threw(Error, /does not export/) },
  { where: "run", how: "throw", fn: "fail", arg: () => "no", gets: threw(RangeError, /^no$/) },
  { where: "run", how: "throw a string", fn: "throwValue", arg: () => "text", gets: is("text") },
  { where: "run", how: "throw undefined", fn: "throwValue", arg: () => undefined, gets: is(undefined) },
  { where: "run", how: "throw 0", fn: "throwValue", arg: () => 0, gets: is(0) },
  { where: "run", how: "reject", fn: "reject", arg: () => "later", gets: threw(TypeError, /^later$/) },
  { where: "run", how: "throw an uncloneable error", fn: "throwUncloneable", gets: threw(Error, /with a socket/) },
  { where: "run", how: "SystemExit", fn: "systemExit", gets: threw(Error, /exit\(3\)/) },
  { where: "run", how: "exit 0", fn: "exit", arg: () => 0, deadly: true, gets: died(0) },
  { where: "run", how: "exit 7", fn: "exit", arg: () => 7, deadly: true, gets: died(7) },
  { where: "run", how: "abort", fn: "abort", on: "spawn", deadly: true, gets: died(-6, "SIGABRT") },
  { where: "run", how: "SIGKILL", fn: "killSelf", on: "spawn", deadly: true, gets: died(-9, "SIGKILL") },
  { where: "run", how: "out of memory", fn: "eatMemory", on: "thread", deadly: true, gets: died(1) },
  { where: "run", how: "uncaught error", fn: "uncaughtLater", deadly: true, gets: died(1) },
  { where: "result encode", how: "promise", fn: "givePromise", gets: threw(MaybeEncodingError, /Promise/) },
  { where: "result encode", how: "symbol", fn: "giveSymbol", gets: threw(MaybeEncodingError, /Symbol/) },
  { where: "result encode", how: "WeakMap", fn: "giveWeakMap", gets: threw(MaybeEncodingError, /WeakMap/) },
  { where: "result encode", how: "getter throws", fn: "giveBadGetter", gets: threw(Error, /getter/) },
  { where: "result encode", how: "getter exits", fn: "giveExitGetter", deadly: true, gets: died(6) },
];

function badGetter() {
  return Object.defineProperty({}, "field", {
    enumerable: true,
    get() {
      throw new Error("getter");
    },
  });
}

/** Makes the one call that meets the fault; what it rejects with, or the first error of an iteration. */
type Call = (pool: Pool, fn: string, arg: unknown) => Promise<unknown>;

const calls: Readonly<Record<string, Call>> = {
  apply: (pool, fn, arg) => pool.apply(job(fn), [arg]),
  map: (pool, fn, arg) => pool.map(job(fn), [arg], { chunkSize: 1 }),
  starmap: (pool, fn, arg) => pool.starmap(job(fn), [[arg]]),
  imap: async (pool, fn, arg) => pool.imap(job(fn), [arg]).next(),
  imapUnordered: async (pool, fn, arg) => pool.imapUnordered(job(fn), [arg]).next(),
};

/** Where × how × call: each settles once, then the pool is whole. */
export function faultMatrix(startMethod: StartMethodName): void {
  describe(`faults on ${startMethod}`, () => {
    let pool: Pool;
    beforeAll(() => {
      pool = new Pool({
        processes: 2,
        startMethod,
        ...(startMethod === "thread" && { resourceLimits: { maxOldGenerationSizeMb: 64 } }),
      });
    });
    afterAll(async () => {
      pool.close();
      await pool.join();
      await expectNothingLeft();
    });

    for (const { where, how, fn, arg, on, deadly, gets } of faults) {
      if (on !== undefined && (on === "thread") !== (startMethod === "thread")) continue;
      for (const [call, run] of Object.entries(calls)) {
        it(`${where}: ${how}, in ${call}`, async () => {
          const diedBefore = pool.stats().died;
          // Neighbours, before and behind, that must not be harmed.
          const neighbours = Array.from({ length: 6 }, (_, i) => pool.apply(job("increment"), [i]));
          let settled = 0;
          const failing = run(pool, fn, arg?.()).then(
            (value) => {
              throw new Error(`it gave ${String(value)}`);
            },
            (error) => {
              settled += 1;
              return { error };
            },
          );
          neighbours.push(...Array.from({ length: 6 }, (_, i) => pool.apply(job("increment"), [i])));
          gets((await failing).error);
          expect(await Promise.all(neighbours)).toEqual([1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
          expect(await pool.map(job("increment"), [1, 2, 3])).toEqual([2, 3, 4]);
          expect(settled).toBe(1);
          const stats = pool.stats();
          expect(stats.workers.filter(({ state }) => state !== "ending")).toHaveLength(2);
          expect(stats).toMatchObject({ state: "open", queued: 0, running: 0 });
          expect(stats.died - diedBefore).toBe(deadly === true ? 1 : 0);
        });
      }
    }

    it("between tasks: the answer stands, the worker is replaced", async () => {
      expect(await pool.apply(job("exitAfter"), [3])).toBe("answered");
      expect(await pool.map(job("increment"), [1, 2, 3], { chunkSize: 1 })).toEqual([2, 3, 4]);
      await expect.poll(() => pool.stats().workers.length, { timeout: 5000 }).toBe(2);
    });

    it("during close(): the task fails, the others are finished", async () => {
      const own = new Pool({ processes: 2, startMethod });
      const outcomes = Promise.allSettled(["a", "bad", "b", "bad", "c"].map((x) => own.apply(job("exitIf"), [x])));
      own.close();
      await own.join();
      expect((await outcomes).map((outcome) => (outcome.status === "fulfilled" ? outcome.value : "died"))).toEqual([
        "a",
        "died",
        "b",
        "died",
        "c",
      ]);
    });

    it("an endless loop ends with terminate(), and its call with it", async () => {
      const own = new Pool({ processes: 1, startMethod });
      await own.apply(job("increment"), [1]);
      const endless = own.apply(job("loop")).catch((error) => error);
      const behind = own.apply(job("increment"), [1]).catch((error) => error);
      await expect.poll(() => own.stats().running).toBe(1);
      own.terminate();
      await own.join();
      expect((await endless).code).toBe("ERR_MANYHANDS_CLOSED");
      expect((await behind).code).toBe("ERR_MANYHANDS_CLOSED");
    });

    it("a death tells the worker's last words", async () => {
      const error = await pool.apply(job("sayAndExit"), ["famous last words"]).catch((reason) => reason);
      died(4)(error);
      expect(error.stderr).toMatch(/famous last words/);
      expect(error.message).toMatch(/apply\(sayAndExit\): exit code 4; the last that it wrote to stderr:\nfamous/);
    });
  });
}
