import { Lock as AnyLock, LockStateError, NotShareableError, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { sharing } from "./sharing.ts";

/** The contract of Lock, in the memory of any start method. */
export function lockContract(startMethod: StartMethodName): void {
  const { Lock, SharedArray, start, run } = sharing(startMethod);

  describe(`Lock of ${startMethod}`, () => {
    it("has one holder, and is free after its release", { tags: ["_TestLock.test_lock"] }, async () => {
      const lock = new Lock();
      expect(lock.locked).toBe(false);
      expect(await lock.acquire()).toBe(true);
      expect(lock.locked).toBe(true);
      expect(lock.tryAcquire()).toBe(false);
      expect(await lock.acquire({ timeoutMs: 0 })).toBe(false);
      expect(lock.acquireSync({ timeoutMs: 1 })).toBe(false);
      expect(lock.release()).toBeUndefined();
      expect(lock.locked).toBe(false);
      expect(() => lock.release()).toThrow(LockStateError);
    });

    it("is released at the end of a scope, also by an error", { tags: ["_TestLock.test_lock_context"] }, async () => {
      const lock = new Lock();
      expect(await lock.hold(() => lock.locked)).toBe(true);
      await expect(lock.hold(() => Promise.reject(new Error("inside")))).rejects.toThrow("inside");
      expect(lock.locked).toBe(false);
      const scope = () => {
        lock.acquireSync();
        using held = lock;
        expect(held.locked).toBe(true);
        throw new Error("inside");
      };
      expect(scope).toThrow("inside");
      expect(lock.locked).toBe(false);
    });

    it("toString() names the holder", { tags: ["_TestLock.test_repr_lock"] }, async () => {
      const lock = new Lock();
      expect(String(lock)).toBe("Lock(free)");
      lock.acquireSync();
      expect(String(lock)).toBe("Lock(held by this thread)");
      expect(await run("toText", lock)).toMatch(/^Lock\(held by (thread|process) \d+\)$/);
      lock.release();
    });

    it("is locked for both sides", { tags: ["_TestLock.test_lock_locked_2processes"] }, async () => {
      const lock = new Lock();
      const isHeld = new Lock();
      isHeld.acquireSync();
      const child = start("holdEndlessly", lock, isHeld);
      await isHeld.acquire();
      expect(lock.locked).toBe(true);
      expect(await run("isLocked", lock)).toBe(true);
      child.kill();
      await child.join();
    });

    it("can be released by a thread or process that does not hold it", async () => {
      const lock = new Lock();
      lock.acquireSync();
      await run("release", lock);
      expect(lock.locked).toBe(false);
    });

    it("excludes threads and processes that block or await", async () => {
      const lock = new Lock();
      const array = new SharedArray("i32", 1, { lock: false });
      const children = [start("addSync", lock, array, 20_000), start("addAsync", lock, array, 500, 8)];
      await Promise.all(children.map((child) => child.result()));
      expect(array.typed[0]).toBe(24_000);
    });

    it("flows of one thread acquire it in the order of their calls", async () => {
      const lock = new Lock();
      lock.acquireSync();
      const order: number[] = [];
      const flows = [1, 2, 3].map((n) => lock.hold(() => void order.push(n)));
      lock.release();
      await Promise.all(flows);
      expect(order).toEqual([1, 2, 3]);
    });

    it("an aborted acquire() rejects with the signal's reason, takes no lock and loses no wake-up", async () => {
      const lock = new Lock();
      lock.acquireSync();
      const abort = new AbortController();
      const aborted = lock.acquire({ signal: abort.signal });
      const late = lock.acquire({ timeoutMs: 10 });
      const patient = lock.acquire();
      abort.abort(new Error("no more"));
      await expect(aborted).rejects.toThrow("no more");
      expect(await late).toBe(false);
      lock.release();
      expect(await patient).toBe(true);
      lock.release();
      await expect(lock.acquire({ signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
      expect(lock.locked).toBe(false);
    });

    for (const how of ["return", "throw", "exit", "kill", "terminate"]) {
      it(`can be acquired when its holder ended by ${how}, and is then abandoned`, async () => {
        const lock = new Lock();
        const isHeld = new Lock();
        if (how === "kill" || how === "terminate") {
          isHeld.acquireSync();
          const child = start("holdEndlessly", lock, isHeld);
          await isHeld.acquire();
          child[how]();
          await child.join();
        } else await start("holdAndEnd", lock, how).join();
        expect(await lock.acquire({ timeoutMs: 100_000 })).toBe(true);
        expect(lock.abandoned).toBe(true);
        lock.release();
        expect(() => lock.consistent()).toThrow(LockStateError);
        expect(lock.acquireSync()).toBe(true);
        expect(lock.abandoned).toBe(true);
        lock.consistent();
        expect(lock.abandoned).toBe(false);
        lock.release();
        expect(lock.tryAcquire()).toBe(true);
        lock.release();
      });
    }

    it("is acquired by a waiting flow when its holder is killed", async () => {
      const lock = new Lock();
      const isHeld = new Lock();
      isHeld.acquireSync();
      const child = start("holdEndlessly", lock, isHeld);
      await isHeld.acquire();
      const waiting = lock.acquire();
      child.kill();
      expect(await waiting).toBe(true);
      expect(lock.abandoned).toBe(true);
      await child.join();
    });

    it("terminate() ends a child that blocks at it", async () => {
      const lock = new Lock();
      const isBlocking = new Lock();
      lock.acquireSync();
      isBlocking.acquireSync();
      const child = start("blockEndlessly", lock, isBlocking);
      await isBlocking.acquire();
      child.terminate();
      expect(await child.join({ timeoutMs: 100_000 })).toBe(-15);
      lock.release();
    });

    it("can be sent in containers, keeps its identity, and can be passed on to grandchildren", async () => {
      const lock = new Lock();
      const array = new SharedArray("f64", 1);
      const value = { list: [lock], map: new Map([["array", array]]) };
      expect(await run("inContainers", Object.assign(value, { self: value }))).toBe(true);
      expect(array.typed[0]).toBe(7);
      lock.release();
      await run("passOn", startMethod, "acquire", lock);
      expect(lock.locked).toBe(true);
    });

    it("is one class in all contexts", () => {
      const lock = new Lock();
      expect(lock).toBeInstanceOf(AnyLock);
      expect(new AnyLock()).toBeInstanceOf(Lock);
      expect(lock).not.toBeInstanceOf(class extends Lock {});
      expect(lock.constructor.name).toBe("Lock");
    });

    if (startMethod === "thread") {
      it("cannot be sent to a process, and the error has the fix", () => {
        const lock = new Lock();
        const { start: spawn } = sharing("spawn");
        expect(() => spawn("acquire", lock)).toThrow(NotShareableError);
        expect(() => spawn("acquire", { deep: [lock] })).toThrow('new (getContext("spawn").Lock)');
      });
    } else {
      it("works in threads too", async () => {
        const lock = new Lock();
        await sharing("thread").run("acquire", lock);
        expect(lock.locked).toBe(true);
        expect(lock.abandoned || (await lock.acquire({ timeoutMs: 100_000 }))).toBe(true);
      });
    }
  });
}
