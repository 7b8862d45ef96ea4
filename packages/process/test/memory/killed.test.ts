import { getContext, Process } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { processMethod as startMethod } from "../sync/sharing.ts";

const { Condition, Lock, Queue, SharedArray } = getContext(startMethod);
const job = new URL("../fixture/kill-at-step.js", import.meta.url);

/**
 * Runs an operation in one child after another, each killed one step later, until all children of a batch complete
 * it.
 */
async function killAtEveryStep(name: string, shared: object, check: () => void | Promise<void>) {
  const batch = 4;
  for (let first = 1; first < 400; first += batch) {
    const children = Array.from({ length: batch }, (_, i) => {
      const args = [name, shared, first + i];
      return new Process({ module: job, name: "runUntilStep" }, { startMethod, args, stderr: "pipe" }).start();
    });
    const codes = await Promise.all(children.map((child) => child.join()));
    expect(codes.filter((code) => code !== 0 && code !== -9)).toEqual([]);
    await check();
    if (codes.every((code) => code === 0)) return first;
  }
  throw new Error("no child completed the operation");
}

describe("a process killed at any change of shared memory", () => {
  it("leaves a Lock that others can acquire, and reports it as abandoned when its data is inconsistent", async () => {
    const lock = new Lock();
    const array = new SharedArray("i32", 2, { lock: false });
    const steps = await killAtEveryStep("lock", { lock, array }, async () => {
      expect(await lock.acquire({ timeoutMs: 100_000 })).toBe(true);
      if (lock.abandoned) {
        array.typed[1] = array.typed[0] as number;
        lock.consistent();
      }
      expect(array.typed[1]).toBe(array.typed[0]);
      lock.release();
    });
    expect(steps).toBeGreaterThan(2);
  });

  it("leaves a Queue with complete values, which others can use", async () => {
    const queue = new Queue<{ step: number; text: string }>(1000);
    const check = async () => {
      for (let got = queue.tryGet(); got !== undefined; got = queue.tryGet()) {
        expect(got.value.text).toBe("p".repeat(got.value.step));
      }
      await queue.put({ step: 1, text: "p" }, { timeoutMs: 100_000 });
      expect(await queue.get({ timeoutMs: 100_000 })).toEqual({ step: 1, text: "p" });
    };
    await killAtEveryStep("put", { queue }, check);
    const refill = async () => {
      while (queue.size < 8) await queue.put({ step: 3, text: "ppp" });
    };
    await refill();
    await killAtEveryStep("get", { queue }, async () => {
      expect(queue.size).toBeGreaterThan(3);
      await check();
      await refill();
    });
  }, 240_000);

  it("loses no notification of a Condition, and leaves its lock", async () => {
    const condition = new Condition();
    const check = async () => {
      const waiting = condition.hold(() => condition.wait({ timeoutMs: 100_000 }));
      await condition.hold(() => {
        if (condition.lock.abandoned) condition.lock.consistent();
        condition.notify();
      });
      expect(await waiting).toBe(true);
    };
    await killAtEveryStep("wait", { condition }, check);
    await killAtEveryStep("notify", { condition }, check);
  }, 240_000);
});
