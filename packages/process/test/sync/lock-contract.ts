import { Lock as AnyLock, LockStateError, NotShareableError, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { sharing } from "./shared.ts";

/** The promises of Lock, whatever memory it is in. */
export function lockContract(startMethod: StartMethodName): void {
  const { Lock, SharedArray, start, run } = sharing(startMethod);

  describe(`Lock of ${startMethod}`, () => {
    it("is held once, and free after its release", { tags: ["_TestLock.test_lock"] }, async () => {
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

    it("releases at the end of a scope, thrown out of or not", { tags: ["_TestLock.test_lock_context"] }, async () => {
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

    it("says who holds it", { tags: ["_TestLock.test_repr_lock"] }, async () => {
      const lock = new Lock();
      expect(String(lock)).toBe("Lock(free)");
      lock.acquireSync();
      expect(String(lock)).toBe("Lock(held by this thread)");
      expect(await run("describe", lock)).toMatch(/^Lock\(held by (thread|process) \d+\)$/);
      lock.release();
    });

    it("is seen locked by both sides", { tags: ["_TestLock.test_lock_locked_2processes"] }, async () => {
      const lock = new Lock();
      const told = new Lock();
      told.acquireSync();
      const child = start("holdForEver", lock, told);
      await told.acquire();
      expect(lock.locked).toBe(true);
      expect(await run("isLocked", lock)).toBe(true);
      child.kill();
      await child.join();
    });

    it("may be released by another than who acquired it", async () => {
      const lock = new Lock();
      lock.acquireSync();
      await run("release", lock);
      expect(lock.locked).toBe(false);
    });

    it("excludes threads and processes, blocking and awaiting alike", async () => {
      const lock = new Lock();
      const array = new SharedArray("i32", 1, { lock: false });
      const children = [start("addSync", lock, array, 20_000), start("addAsync", lock, array, 500, 8)];
      await Promise.all(children.map((child) => child.result()));
      expect(array.typed[0]).toBe(24_000);
    });

    it("gives an awaiting flow its turn, and those of one thread in order", async () => {
      const lock = new Lock();
      lock.acquireSync();
      const order: number[] = [];
      const flows = [1, 2, 3].map((n) => lock.hold(() => void order.push(n)));
      lock.release();
      await Promise.all(flows);
      expect(order).toEqual([1, 2, 3]);
    });

    it("rejects with the signal's reason, and neither takes the lock nor swallows a wake-up", async () => {
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
      it(`is handed on when its holder ends by ${how}, and the next one is told`, async () => {
        const lock = new Lock();
        const told = new Lock();
        if (how === "kill" || how === "terminate") {
          told.acquireSync();
          const child = start("holdForEver", lock, told);
          await told.acquire();
          child[how]();
          await child.join();
        } else await start("holdAndEnd", lock, how).join();
        expect(await lock.acquire({ timeoutMs: 5000 })).toBe(true);
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

    it("is handed on to a flow that waits already", async () => {
      const lock = new Lock();
      const told = new Lock();
      told.acquireSync();
      const child = start("holdForEver", lock, told);
      await told.acquire();
      const waiting = lock.acquire();
      child.kill();
      expect(await waiting).toBe(true);
      expect(lock.abandoned).toBe(true);
      await child.join();
    });

    it("ends a blocked child at once when that is terminated", async () => {
      const lock = new Lock();
      const told = new Lock();
      lock.acquireSync();
      told.acquireSync();
      const child = start("blockForEver", lock, told);
      await told.acquire();
      child.terminate();
      expect(await child.join({ timeoutMs: 5000 })).toBe(-15);
      lock.release();
    });

    it("crosses inside containers, twice as the same, and on to grandchildren", async () => {
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
      it("is refused by processes, with the line to write", () => {
        const lock = new Lock();
        const { start: spawn } = sharing("spawn");
        expect(() => spawn("acquire", lock)).toThrow(NotShareableError);
        expect(() => spawn("acquire", { deep: [lock] })).toThrow('new (getContext("spawn").Lock)');
      });
    } else {
      it("works for threads too", async () => {
        const lock = new Lock();
        await sharing("thread").run("acquire", lock);
        expect(lock.locked).toBe(true);
        expect(lock.abandoned || (await lock.acquire({ timeoutMs: 5000 }))).toBe(true);
      });
    }
  });
}
