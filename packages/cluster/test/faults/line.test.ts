import { setTimeout as sleep } from "node:timers/promises";
import { WorkerDiedError } from "@manyhands/process";
import { describe, it, type TestContext } from "vitest";
import type { LineDirection } from "../setup/line.ts";
import { isFaultTested } from "../setup/redis.ts";
import {
  freshFile,
  isAlive,
  leaseMs,
  linesOf,
  longLease,
  longLeaseMs,
  setUp,
  shortLease,
  slackMs,
  task,
  threads,
} from "../setup/scene.ts";

const everyWay: LineDirection[][] = [["to server"], ["to client"], ["to server", "to client"]];
const range = Array.from({ length: 100 }, (_, i) => i);

async function setUpLine(context: TestContext) {
  const scene = await setUp(context);
  return { ...scene, line: await scene.startLine() };
}

describe.runIf(isFaultTested)("a pool on a cluster", () => {
  it.concurrent.for(everyWay)(
    "loses nothing when a machine's line is cut %s for less than the lease",
    async (ways, context) => {
      const { expect, redis, line, startWorkerAt, makePoolAt } = await setUpLine(context);
      await startWorkerAt(line.url, ...threads, ...longLease);
      const pool = makePoolAt(redis.url, {}, { leaseMs: longLeaseMs });
      expect(await pool.apply(task("double"), [1] as never)).toBe(2);
      line.cut(...ways);
      const call = pool.map(task("double"), range as never);
      await sleep(1000);
      line.restore();
      expect(await call).toEqual(range.map((x) => 2 * x));
      expect(pool.stats().died).toBe(0);
    },
  );

  it.concurrent.for(everyWay)(
    "loses a machine whose line is cut %s for longer than the lease, and runs its task elsewhere with retry",
    async (ways, context) => {
      const { expect, line, startWorker, startWorkerAt, makePool } = await setUpLine(context);
      await startWorkerAt(line.url, ...shortLease);
      const pool = makePool();
      const file = freshFile();
      const call = pool.apply(task("waitOnce"), [file] as never, { retry: { attempts: 2 } });
      await expect.poll(() => linesOf(file)).toHaveLength(1);
      line.cut(...ways);
      const cutAt = performance.now();
      const other = await startWorker(...threads);
      // The machine does not work longer than its lease, though it cannot hear of it.
      await expect.poll(() => isAlive(Number(linesOf(file)[0]))).toBe(false);
      expect(performance.now() - cutAt).toBeLessThan(leaseMs + 1000 + slackMs);
      expect(await call).toBe("again");
      expect(pool.stats()).toMatchObject({ died: 1, retried: 1 });
      line.restore();
      await other.stop();
      // The machine serves again: the pool's worker on the other one is lost, and this one is all that there is.
      expect(await pool.apply(task("double"), [4] as never, { retry: { attempts: 2 } })).toBe(8);
      expect(linesOf(file)).toHaveLength(2);
    },
  );

  it.concurrent("loses its tasks when its own line is cut to the server for longer than its lease, and goes on", async (context) => {
    const { expect, line, startWorker, makePoolAt } = await setUpLine(context);
    await startWorker();
    const pool = makePoolAt(line.url, {}, { leaseMs });
    const file = freshFile();
    const lost = pool.apply(task("noteAndWait"), [file, "/never", 1] as never).catch((error) => error);
    await expect.poll(() => linesOf(file)).toHaveLength(1);
    line.cut("to server");
    const cutAt = performance.now();
    await expect.poll(() => isAlive(Number(linesOf(file)[0]))).toBe(false);
    expect(performance.now() - cutAt).toBeLessThan(leaseMs + 1000 + slackMs);
    const queued = pool.apply(task("double"), [4] as never);
    line.restore();
    expect(await lost).toBeInstanceOf(WorkerDiedError);
    expect(await queued).toBe(8);
  });

  it.concurrent("loses nothing when its own line is cut to the client for longer than its lease", async (context) => {
    const { expect, line, startWorker, makePoolAt } = await setUpLine(context);
    await startWorker();
    const pool = makePoolAt(line.url, {}, { leaseMs });
    expect(await pool.apply(task("double"), [1] as never)).toBe(2);
    line.cut("to client");
    const call = pool.map(task("double"), range as never);
    await sleep(1.5 * leaseMs);
    line.restore();
    expect(await call).toEqual(range.map((x) => 2 * x));
    expect(pool.stats().died).toBe(0);
  });

  it.concurrent("gives right answers over lines that take 50 ms in each direction", async (context) => {
    const { expect, line, startWorkerAt, makePoolAt } = await setUpLine(context);
    line.delayMs = 50;
    await startWorkerAt(line.url, ...threads);
    const pool = makePoolAt(line.url, {}, { leaseMs: longLeaseMs });
    expect(await pool.map(task("double"), range as never)).toEqual(range.map((x) => 2 * x));
    expect(await pool.apply(task("double"), [4] as never)).toBe(8);
    expect(pool.stats().died).toBe(0);
  });

  it.concurrent("connects again when the server's machine has vanished and another one has its address", async (context) => {
    const { expect, line, startWorkerAt, makePoolAt } = await setUpLine(context);
    await startWorkerAt(line.url, ...threads, ...longLease);
    const pool = makePoolAt(line.url, {}, { leaseMs: longLeaseMs });
    expect(await pool.apply(task("double"), [1] as never)).toBe(2);
    line.forget();
    expect(await pool.map(task("double"), range as never)).toEqual(range.map((x) => 2 * x));
    expect(pool.stats().died).toBe(0);
  });
});
