import { type CancelOutcome, Pool, TimeoutError, WorkerDiedError } from "@manyhands/process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNothingLeft, job, methods } from "./job.ts";

describe.each(methods)("cancellation on %s", (startMethod) => {
  let pool: Pool;
  beforeAll(async () => {
    // A task may need long to stop on a slow machine.
    pool = new Pool({ processes: 2, startMethod, graceMs: Number.POSITIVE_INFINITY });
  });
  afterAll(async () => {
    pool.close();
    await pool.join();
    await expectNothingLeft();
  });

  /** Starts a task and cancels it while it runs. */
  async function cancelled(fn: string, pool: Pool): Promise<{ error: unknown; how: CancelOutcome[]; reason: Error }> {
    const reason = new Error("not wanted");
    const abort = new AbortController();
    const how: CancelOutcome[] = [];
    const call = pool.apply(job(fn), [], { signal: abort.signal, onCancel: (outcome) => how.push(outcome) });
    await expect.poll(() => pool.stats().running).toBeGreaterThan(0);
    abort.abort(reason);
    return { error: await call.catch((error) => error), how, reason };
  }

  it.each(["untilCancelled", "loopUntilCancelled", "loopUntilSignal"])(
    "a task that checks for its cancellation stops by itself: %s",
    async (fn) => {
      const { died } = pool.stats();
      const before = pool.stats().workers.map(({ name }) => name);
      const { error, how, reason } = await cancelled(fn, pool);
      expect(error).toBe(reason);
      expect(how).toEqual(["stopped"]);
      expect(pool.stats().workers.map(({ name }) => name)).toEqual(before);
      expect(pool.stats().died).toBe(died);
    },
  );

  it("a task that ignores its cancellation is killed with its worker, and no other task is affected", async () => {
    const own = new Pool({ processes: 2, startMethod, graceMs: 200 });
    const ending = cancelled("loop", own);
    const others = Array.from({ length: 20 }, (_, i) => own.apply(job("slowly"), [i, 20]));
    const { error, how, reason } = await ending;
    expect(error).toBe(reason);
    expect(how).toEqual(["killed"]);
    expect(await Promise.all(others)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    await expect.poll(() => own.stats().workers.filter(({ state }) => state === "idle").length).toBe(2);
    own.close();
    await own.join();
  });

  it("a task that is cancelled in the queue never starts", async () => {
    const own = new Pool({ processes: 1, startMethod });
    const first = own.apply(job("slowly"), ["first", 100]);
    const abort = new AbortController();
    const how: CancelOutcome[] = [];
    const call = own.apply(job("loop"), [], { signal: abort.signal, onCancel: (outcome) => how.push(outcome) });
    abort.abort();
    await expect(call).rejects.toBe(abort.signal.reason);
    expect(how).toEqual(["not started"]);
    await expect(own.apply(job("loop"), [], { signal: abort.signal })).rejects.toBe(abort.signal.reason);
    expect(await first).toBe("first");
    own.close();
    await own.join();
  });

  it("map() cancels all its chunks on abort", async () => {
    const abort = new AbortController();
    const call = pool.map(job("untilCancelled"), [1, 2, 3, 4, 5], { chunkSize: 1, signal: abort.signal });
    await expect.poll(() => pool.stats().running).toBe(2);
    abort.abort();
    await expect(call).rejects.toBe(abort.signal.reason);
    expect(pool.stats()).toMatchObject({ queued: 0, running: 0 });
    expect(await pool.map(job("increment"), [1, 2, 3])).toEqual([2, 3, 4]);
  });

  it("imap() cancels all its chunks on abort", async () => {
    const abort = new AbortController();
    const results = pool.imap(job("untilCancelled"), [1, 2, 3, 4, 5], { signal: abort.signal });
    await expect.poll(() => pool.stats().running).toBe(2);
    abort.abort();
    await expect(results.next()).rejects.toBe(abort.signal.reason);
    expect((await results.next()).done).toBe(true);
    expect(await pool.map(job("increment"), [1, 2, 3])).toEqual([2, 3, 4]);
  });

  it("timeoutMs counts from the task's start, and the error says how the task ended", async () => {
    const own = new Pool({ processes: 1, startMethod, graceMs: 50 });
    const blocking = own.apply(job("slowly"), ["first", 2000]);
    const inTime = own.apply(job("slowly"), ["second", 10], { timeoutMs: 1900 });
    expect(await Promise.all([blocking, inTime])).toEqual(["first", "second"]);
    const error = await own.apply(job("loop"), [], { timeoutMs: 20 }).catch((reason) => reason);
    expect(error).toBeInstanceOf(TimeoutError);
    expect(error.message).toMatch(/apply\(loop\) within 20 ms: .*its worker was ended/);
    expect(await own.apply(job("increment"), [1])).toBe(2);
    own.close();
    await own.join();
  });

  it("retry runs a task that ended its worker again, up to its number of attempts", async () => {
    const { retried } = pool.stats();
    const error = await pool.apply(job("exit"), [9], { retry: { attempts: 3 } }).catch((reason) => reason);
    expect(error).toBeInstanceOf(WorkerDiedError);
    expect(error.message).toMatch(/Gave up apply\(exit\) after 3 attempts/);
    expect(error.cause.errors).toHaveLength(3);
    expect(pool.stats().retried - retried).toBe(2);
    expect(await pool.apply(job("increment"), [1])).toBe(2);
  });
});
