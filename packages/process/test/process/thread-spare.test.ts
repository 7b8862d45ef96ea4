import { Process, setSpareWorkers, WorkerDiedError } from "@manyhands/process";
import { afterEach, beforeEach, expect, it } from "vitest";
import { childPids, expectNothingLeft } from "./nothing-left.ts";

const job = new URL("../fixture/job.js", import.meta.url);
const double = (n: number) => n * 2;
let before: number[];

beforeEach(async () => {
  before = childPids();
  await setSpareWorkers(1);
});
afterEach(async () => {
  await setSpareWorkers(0);
  await expectNothingLeft(before);
});

/** The thread id of a child that answered. Ids count up in the order in which threads are made. */
async function threadOf(child: Process<typeof double>): Promise<number | null> {
  expect(await child.result()).toBe(42);
  const { ident } = child;
  expect(await child.join()).toBe(0);
  return ident;
}

it("a spare becomes one child", async () => {
  const probe = new Process(double, { args: [21], env: {} }).start();
  const first = new Process(double, { args: [21] }).start();
  const second = new Process(double, { args: [21] }).start();
  const newest = (await threadOf(probe)) as number;
  expect(await threadOf(first)).toBeLessThan(newest);
  expect(await threadOf(second)).toBeGreaterThan(newest);
});

it("a used spare is replaced", async () => {
  await threadOf(new Process(double, { args: [21] }).start());
  await setSpareWorkers(1);
  const probe = new Process(double, { args: [21], env: {} }).start();
  const next = new Process(double, { args: [21] }).start();
  expect(await threadOf(next)).toBeLessThan((await threadOf(probe)) as number);
});

it("a spare is not used after a change of the environment", async () => {
  process.env.MANYHANDS_SPARE = "late";
  try {
    const child = new Process(() => process.env.MANYHANDS_SPARE).start();
    expect(await child.result()).toBe("late");
    await child.join();
  } finally {
    delete process.env.MANYHANDS_SPARE;
  }
});

it("a child made of a spare exits like any other", async () => {
  const left = new Process({ module: job, name: "exitProcess" }, { args: [3], stderr: "inherit" }).start();
  expect(await left.join()).toBe(3);
  await setSpareWorkers(1);
  const killed = new Process(() => new Promise(() => setInterval(() => {}, 1000))).start();
  killed.terminate();
  await expect(killed.result()).rejects.toThrow(WorkerDiedError);
  expect(await killed.join()).toBe(-15);
});

it.each([-1, 0.5, Number.NaN, "2"])("setSpareWorkers(%s) throws a RangeError", async (count) => {
  await expect(setSpareWorkers(count as number)).rejects.toThrow(RangeError);
});
