import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, it } from "vitest";
import { isFaultTested } from "../setup/redis.ts";
import {
  faultTask,
  freshFile,
  keyFile,
  killDuringTask,
  linesOf,
  setUp,
  shortLease,
  task,
  threads,
} from "../setup/scene.ts";

const hourMs = 3_600_000;
const hours: readonly (readonly [string, number])[] = [
  ["fast", hourMs],
  ["slow", -hourMs],
];
const range = Array.from({ length: 100 }, (_, i) => i);

/** A Node whose clock is wrong, as are those of its child processes. */
function nodeWithClock(ms: number): string[] {
  const code = `const { now } = Date; Date.now = () => now() + ${ms};`;
  return ["env", `NODE_OPTIONS=--import data:text/javascript,${encodeURIComponent(code)}`, process.execPath];
}

const shiftedClock = fileURLToPath(new URL("../fixture/clock.c", import.meta.url));
const library = freshFile();
const isCompiled = spawnSync("cc", ["-shared", "-fPIC", shiftedClock, "-o", library]).status === 0;
if (!isCompiled) console.log("no C compiler: the tests of a Redis with a wrong clock are skipped");

describe.runIf(isFaultTested)("a pool on a cluster", () => {
  it.concurrent.for(hours)(
    "is served by a machine whose clock is an hour %s, and notices when it is lost",
    async ([, ms], context) => {
      const scene = await setUp(context);
      const { expect, redis, startWorkerBy, makePool } = scene;
      const worker = await startWorkerBy(nodeWithClock(ms), redis.url, ...shortLease, ...threads);
      const pool = makePool();
      expect(await pool.map(task("double"), range as never)).toEqual(range.map((x) => 2 * x));
      expect(Math.abs(((await pool.apply(faultTask("now"), [] as never)) as number) - Date.now() - ms)).toBeLessThan(
        hourMs / 2,
      );
      await killDuringTask(scene, worker, pool);
      expect(pool.stats()).toMatchObject({ died: 1, retried: 1 });
    },
  );

  it.concurrent.for(hours)(
    "is served by the machine that fits when another one, whose clock is an hour %s, leaves the seat to it",
    async ([, ms], context) => {
      const { expect, redis, admin, startWorkerBy, startWorker, makePool } = await setUp(context);
      await startWorker(...threads);
      const [file, until] = [freshFile(), freshFile()];
      const busy = makePool();
      const running = busy.apply(task("noteAndWait"), [file, until, "finished"] as never);
      await expect.poll(() => linesOf(file)).toHaveLength(1);
      const flags = ["--auth-key-file", keyFile("another key of 16 bytes")];
      const other = await startWorkerBy(nodeWithClock(ms), redis.url, ...flags);
      const pool = makePool();
      const call = pool.apply(task("double"), [4] as never);
      await expect.poll(() => other.output).toContain("is left to other worker programs");
      // It does not take and leave the seat without a break.
      const seats = await admin.keys("bull:{manyhands}:????????????.????????????");
      const refusals = async () => {
        const data = await Promise.all(seats.map((seat) => admin.hget(seat, "data")));
        return Math.max(...data.map((text) => JSON.parse(text ?? "{}").refusals ?? 0));
      };
      const [before, startedAt] = [await refusals(), performance.now()];
      await expect.poll(refusals).toBeGreaterThan(before + 1);
      expect((await refusals()) - before).toBeLessThan(10 + (3 * (performance.now() - startedAt)) / 1000);
      writeFileSync(until, "");
      expect(await running).toBe("finished");
      busy.close();
      await busy.join();
      expect(await call).toBe(8);
      // The seat waited: the pool did not take it as lost.
      expect(pool.stats().died).toBe(0);
      expect(await admin.zcard("bull:{manyhands}:delayed")).toBe(0);
    },
  );
});

describe.runIf(isFaultTested && isCompiled)("a pool on a cluster whose Redis has a wrong clock", () => {
  it.concurrent.for(hours)("works, and notices a lost machine, when it is an hour %s", async ([, ms], context) => {
    const scene = await setUp(context, {
      env: { LD_PRELOAD: library, CLOCK_SHIFT: String(ms / 1000) },
    });
    const { expect, admin, startWorker, makePool } = scene;
    const [seconds] = await admin.time();
    expect(Math.abs(1000 * Number(seconds) - Date.now() - ms)).toBeLessThan(hourMs / 2);
    const worker = await startWorker(...shortLease, ...threads);
    const pool = makePool();
    expect(await pool.map(task("double"), range as never)).toEqual(range.map((x) => 2 * x));
    await killDuringTask(scene, worker, pool);
  });
});
