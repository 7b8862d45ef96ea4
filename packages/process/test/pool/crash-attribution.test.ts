import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Pool, type PoolOptions, WorkerDiedError } from "@manyhands/process";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { expectNothingLeft, job, methods } from "./job.ts";

// A pool sends short tasks ahead, so a crash interrupts several tasks. At most one of them caused it.
describe.each(methods)("crash attribution on %s", (startMethod) => {
  /** A fault after which the worker can send no message. */
  const silentCrash = startMethod === "thread" ? ["eatMemory", 0] : ["killSelf", 0];
  const options: PoolOptions = { processes: 1, startMethod };
  if (startMethod === "thread") Object.assign(options, { resourceLimits: { maxOldGenerationSizeMb: 24 } });
  let folder: string;
  let pool: Pool;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "crash-attribution-"));
  });
  beforeEach(() => {
    pool = new Pool(options);
  });
  afterEach(async () => {
    pool.close();
    await pool.join();
    await expectNothingLeft();
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Calls a function until the pool knows its duration and sends its tasks ahead. */
  async function measure(fn: Parameters<Pool["apply"]>[0], arg: unknown): Promise<void> {
    for (let i = 0; i < 40; i++) await pool.apply(fn as never, [arg] as never);
  }

  it("a crash is not attributed to a task before it whose function loads more slowly", async () => {
    const fn = (text: string) => ({ module: new URL(`data:text/javascript,${text}`), name: "fn" }) as never;
    const slow = fn("await new Promise((go) => setTimeout(go, 100));export const fn = (x) => x;");
    await measure(slow, 1);
    await expect(pool.apply(job("exit"), [3])).rejects.toThrow(WorkerDiedError);
    const unaffected = pool.apply(slow, ["unaffected"] as never);
    const crashing = pool.apply(fn(startMethod === "thread" ? "process.exit(7)" : "process.abort()"), [] as never);
    await expect(crashing).rejects.toThrow(/ended while it ran apply\(fn\): /);
    expect(await unaffected).toBe("unaffected");
  });

  it("a crash between tasks is not attributed to the queued tasks", async () => {
    const file = join(folder, "there");
    expect(await pool.apply(job("faultOnceThere"), [[file, ...silentCrash]])).toBe("answered");
    await expect.poll(() => existsSync(`${file}-is-awaited`)).toBe(true);
    const waiting = [1, 2].map((n) => pool.apply(job("increment"), [n]));
    await expect.poll(() => pool.stats().running).toBeGreaterThan(0);
    writeFileSync(file, "");
    expect(await Promise.all(waiting)).toEqual([2, 3]);
    expect(pool.stats().died).toBe(1);
  });

  it.skipIf(startMethod === "thread")(
    "a crash is not attributed to a task whose answer the pool has not read yet",
    async () => {
      await measure(job("faultIf"), "short");
      const [worker] = pool.stats().workers;
      const answered = pool.apply(job("faultIf"), ["answered"]);
      const crashing = pool.apply(job("faultIf"), [silentCrash]).catch((error) => error);
      await expect.poll(() => pool.stats().running, { interval: 0 }).toBe(2);
      while (!/^State:.*zombie(.|\n)*^Threads:\t1$/m.test(readFileSync(`/proc/${worker?.pid}/status`, "latin1")));
      expect(await pool.apply(job("increment"), [1])).toBe(2);
      expect(await answered).toBe("answered");
      expect(await crashing).toBeInstanceOf(WorkerDiedError);
    },
  );

  it("a crash is not attributed to a task whose large answer is still being sent", async () => {
    await measure(job("bytesOrFault"), 1);
    const answered = pool.apply(job("bytesOrFault"), [5e6]);
    const crashing = pool.apply(job("bytesOrFault"), [silentCrash]);
    await expect(crashing).rejects.toThrow(WorkerDiedError);
    expect((await answered).byteLength).toBe(5e6);
  });

  it.runIf(startMethod === "thread")("a message that no worker can read is given up after three crashes", async () => {
    const heap = { maxOldGenerationSizeMb: 16 };
    const own = new Pool({ ...options, resourceLimits: heap });
    const large = Array.from({ length: 1e6 }, (_, i) => ({ i }));
    await expect(own.apply(job("identity"), [large])).rejects.toThrow(
      /ended while it ran apply\(identity\): exit code 1/,
    );
    expect(own.stats()).toMatchObject({ died: 3, queued: 0, running: 0 });
    own.close();
    await own.join();
  });
});
