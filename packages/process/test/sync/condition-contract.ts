import { LockStateError, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { sharing } from "./sharing.ts";

/** The contract of Condition, in the memory of any start method. */
export function conditionContract(startMethod: StartMethodName): void {
  const { Condition, Lock, Semaphore, SharedValue, run, start } = sharing(startMethod);
  const take = async (semaphore: InstanceType<typeof Semaphore>, n: number) => {
    for (let i = 0; i < n; i++) expect(await semaphore.acquire({ timeoutMs: 100_000 })).toBe(true);
  };

  describe(`Condition of ${startMethod}`, () => {
    it("notifyAll() wakes all waiters except those that timed out", {
      tags: ["_TestCondition.test_notify_all"],
    }, async () => {
      const condition = new Condition();
      const asleep = new Semaphore(0);
      const awake = new Semaphore(0);
      const late = start("waitForNotice", condition, asleep, awake, 3, 20);
      const lateHere = condition.hold(() => condition.wait({ timeoutMs: 20 }));
      await take(asleep, 3);
      await take(awake, 3);
      expect(await late.result()).toEqual([false, false, false]);
      expect(await lateHere).toBe(false);
      const waiting = start("waitForNotice", condition, asleep, awake, 3);
      const blocked = start("waitForNoticeSync", condition, asleep, awake);
      const here = condition.hold(() => condition.wait());
      await take(asleep, 4);
      expect(awake.value).toBe(0);
      await condition.hold(() => condition.notifyAll());
      await take(awake, 4);
      expect(await waiting.result()).toEqual([true, true, true]);
      expect(await blocked.result()).toBe(true);
      expect(await here).toBe(true);
      expect(condition.toString()).toMatch(/waiting=0/);
    });

    it("notify(n) wakes n waiters, and keeps no notification for later ones", async () => {
      const condition = new Condition();
      const asleep = new Semaphore(0);
      const awake = new Semaphore(0);
      await condition.hold(() => condition.notify(5));
      const children = [1, 2].map(() => start("waitForNotice", condition, asleep, awake, 2));
      await take(asleep, 4);
      await condition.hold(() => condition.notify());
      await take(awake, 1);
      await condition.hold(() => condition.notify(2));
      await take(awake, 2);
      expect(await awake.acquire({ timeoutMs: 30 })).toBe(false);
      await condition.hold(() => condition.notify(9));
      expect(await Promise.all(children.map((child) => child.result()))).toEqual([
        [true, true],
        [true, true],
      ]);
    });

    it("wait() times out with the lock held", { tags: ["_TestCondition.test_timeout"] }, async () => {
      const condition = new Condition();
      await condition.hold(async () => {
        const began = performance.now();
        expect(await condition.wait({ timeoutMs: 30 })).toBe(false);
        expect(condition.waitSync({ timeoutMs: 30 })).toBe(false);
        expect(performance.now() - began).toBeGreaterThan(55);
        expect(condition.lock.isMine).toBe(true);
      });
    });

    it("waitFor() waits until the predicate is truthy", { tags: ["_TestCondition.test_waitfor"] }, async () => {
      const condition = new Condition();
      const state = new SharedValue("i32", 0);
      const child = start("waitForState", condition, state, 4);
      await run("countTo", condition, state, 4);
      expect(await child.result()).toBe(true);
      expect(await condition.hold(() => condition.waitFor(() => state.value === 5 && "yes", { timeoutMs: 20 }))).toBe(
        false,
      );
      expect(await condition.hold(() => condition.waitFor(async () => "at once"))).toBe("at once");
    });

    it("notify() right after an abort reaches a waiter that was not aborted", async () => {
      const condition = new Condition();
      const abort = new AbortController();
      const aborted = condition.hold(() => condition.wait({ signal: abort.signal }));
      const patient = condition.hold(() => condition.wait({ timeoutMs: 100_000 }));
      while (!String(condition).includes("waiting=2")) await new Promise((resolve) => setTimeout(resolve, 1));
      await condition.hold(() => {
        abort.abort(new Error("no more"));
        condition.notify();
      });
      await expect(aborted).rejects.toThrow("no more");
      expect(await patient).toBe(true);
      expect(condition.locked).toBe(false);
    });

    it("wait() returns whether it was notified, and can be aborted", {
      tags: ["_TestCondition.test_wait_result"],
    }, async () => {
      const condition = new Condition();
      await condition.acquire();
      expect(await condition.wait({ timeoutMs: 0 })).toBe(false);
      expect(await condition.wait({ timeoutMs: 10 })).toBe(false);
      const abort = new AbortController();
      setTimeout(() => abort.abort(new Error("interrupted")), 5);
      await expect(condition.wait({ signal: abort.signal })).rejects.toThrow("interrupted");
      expect(condition.lock.isMine).toBe(true);
      setTimeout(() => condition.hold(() => condition.notify()), 5);
      expect(await condition.wait({ timeoutMs: 100_000 })).toBe(true);
      condition.release();
    });

    it("wait() releases a lock that was acquired twice, and restores its depth", async () => {
      const condition = new Condition();
      await condition.acquire();
      await condition.acquire();
      const notified = condition.wait();
      await condition.hold(() => condition.notify());
      expect(await notified).toBe(true);
      condition.release();
      expect(condition.locked).toBe(true);
      condition.release();
      expect(condition.locked).toBe(false);
    });

    it("uses a given lock, and throws when it is not held", async () => {
      const lock = new Lock();
      const condition = new Condition(lock);
      expect(condition.lock).toBe(lock);
      await expect(condition.wait()).rejects.toThrow(LockStateError);
      expect(() => condition.notify()).toThrow(LockStateError);
      expect(() => new Condition({} as never)).toThrow(TypeError);
      const asleep = new Semaphore(0);
      const awake = new Semaphore(0);
      const child = start("waitForNoticeSync", condition, asleep, awake);
      await take(asleep, 1);
      await lock.hold(() => condition.notify());
      expect(await child.result()).toBe(true);
    });

    it("notify() skips a waiter that was killed", async () => {
      const condition = new Condition();
      const asleep = new Semaphore(0);
      const awake = new Semaphore(0);
      const victim = start("waitForNoticeSync", condition, asleep, awake);
      await take(asleep, 1);
      const waiting = condition.hold(() => condition.wait());
      victim.kill();
      await victim.join();
      await condition.hold(() => condition.notify());
      expect(await waiting).toBe(true);
    });
  });
}
