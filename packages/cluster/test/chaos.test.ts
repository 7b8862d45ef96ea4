import { setTimeout as sleep } from "node:timers/promises";
import { describe, it, type TestContext } from "vitest";
import { Random } from "../../process/test/chaos/random.js";
import { type CallPlan, faultOf, makeCall, type Outcome, planCall } from "./chaos/call.ts";
import { calmFaults, roughFaults, type Victims } from "./chaos/fault.ts";
import { isFaultTested } from "./setup/redis.ts";
import { freshFile, isAlive, linesOf, setUp } from "./setup/scene.ts";
import type { TestWorker } from "./setup/worker-program.ts";

/** Other seeds, separated by commas. */
const seeds = process.env.CHAOS_SEED?.split(",") ?? ["one", "two"];
/** How long faults happen, in milliseconds. */
const chaosMs = Number(process.env.CHAOS_SECONDS ?? 20) * 1000;
/** How many calls there are at a time, roughly. */
const mostPending = 6;
/** A call that has not settled for so long after the last fault never will, in milliseconds. */
const hangMs = 150_000;
/** The lease in calm runs, which no busy machine misses, and in rough ones. */
const longLeaseMs = 60_000;
const shortLeaseMs = 3000;

/** Two pools with calls, while faults happen to machines, the server and lines. @returns what went wrong. */
async function runChaos(context: TestContext, seed: string, isRough: boolean): Promise<string[]> {
  const scene = await setUp(context);
  const random = new Random(`${seed} ${isRough}`);
  const leaseMs = isRough ? shortLeaseMs : longLeaseMs;
  const workers = new Set<TestWorker>();
  const startWorker = async () => {
    const method = random.pick(["thread", "spawn"]);
    const flags = ["--lease-ms", String(leaseMs), "--start-method", method];
    workers.add(await scene.startWorker(...flags));
  };
  await startWorker();
  await startWorker();
  const line = await scene.startLine();
  const orphans = freshFile();
  const victims: Victims = { scene, line, leaseMs, workers, orphans, startWorker };
  const options = { graceMs: 500, maxTasksPerChild: 50 };
  const pools = [
    scene.makePoolAt(scene.redis.url, { ...options, processes: 2 }, { leaseMs }),
    // As many processes as the worker programs offer.
    scene.makePoolAt(line.url, { ...options, processes: undefined as never }, { leaseMs }),
  ];

  const file = freshFile();
  const faults = Object.entries(isRough ? { ...calmFaults, ...roughFaults } : calmFaults);
  const done: string[] = [];
  const calls: Promise<Outcome>[] = [];
  const pending = new Set<CallPlan>();
  const until = performance.now() + chaosMs;
  let ids = 0;
  const addCalls = async () => {
    while (performance.now() < until) {
      const plan = planCall(random, ids);
      ids += plan.items.length;
      pending.add(plan);
      calls.push(makeCall(random.pick(pools), file, plan).finally(() => pending.delete(plan)));
      // After some of these breaks, a pool gives its processors to the other one.
      await sleep(random.once(10) ? 3000 : random.below(400));
      while (pending.size > mostPending && performance.now() < until) await sleep(50);
    }
  };
  const addFaults = async () => {
    while (performance.now() < until) {
      await sleep(random.below(2000));
      const [name, happen] = random.pick(faults);
      done.push(name);
      await happen(victims, random);
    }
  };
  await Promise.all([addCalls(), addFaults()]);
  const outcomes = await Promise.race([Promise.all(calls), sleep(hangMs)]);
  if (outcomes === undefined) return [...pending].map((plan) => `has not settled: ${JSON.stringify(plan)}`);

  const lines = linesOf(file).map((text) => text.split(" ").map(Number) as [id: number, pid: number]);
  const runs = new Map<number, number>();
  for (const [id] of lines) runs.set(id, (runs.get(id) ?? 0) + 1);
  const wrong = outcomes.flatMap((outcome) => {
    const fault = faultOf(outcome, runs, isRough);
    return fault === undefined
      ? []
      : [`${fault}\n${JSON.stringify({ ...outcome.plan, items: outcome.plan.items.length })}`];
  });
  for (const pool of pools) {
    pool.close();
    await pool.join();
  }
  await Promise.all([...workers].map((worker) => worker.stop("SIGTERM")));
  const pids = new Set([...lines.map(([, pid]) => pid), ...linesOf(orphans).map(Number)]);
  await context.expect.poll(() => [...pids].filter(isAlive)).toEqual([]);
  // All of it ends by itself: what was killed has left some keys for its lease.
  if (isRough) await context.expect.poll(() => scene.admin.keys("*")).toEqual([]);
  return wrong.length === 0 ? [] : [...wrong, `after ${done.join(", ")}`];
}

describe.runIf(isFaultTested)("chaos of two pools on a cluster", { timeout: 400_000 }, () => {
  it.concurrent.for(seeds)("seed %s: nothing is lost while machines join, leave and pause", async (seed, context) => {
    context.expect(await runChaos(context, seed, false)).toEqual([]);
  });

  it.concurrent.for(seeds)(
    "seed %s: each call settles once, and nothing is left after faults",
    async (seed, context) => {
      context.expect(await runChaos(context, seed, true)).toEqual([]);
    },
  );
});
