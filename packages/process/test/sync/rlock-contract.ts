import { LockStateError, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { sharing } from "./sharing.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** The contract of RLock, in the memory of any start method. */
export function rlockContract(startMethod: StartMethodName): void {
  const { RLock, run, start } = sharing(startMethod);

  describe(`RLock of ${startMethod}`, () => {
    it("can be acquired again by its owner, and is released as often", { tags: ["_TestLock.test_rlock"] }, async () => {
      for (const acquire of ["acquire", "acquireSync", "tryAcquire"] as const) {
        const lock = new RLock();
        expect(await lock[acquire]()).toBe(true);
        expect(await lock[acquire]()).toBe(true);
        expect(await lock[acquire]()).toBe(true);
        expect(lock.locked).toBe(true);
        for (let i = 0; i < 3; i++) expect(lock.release()).toBeUndefined();
        expect(lock.locked).toBe(false);
        expect(() => lock.release()).toThrow(LockStateError);
      }
    });

    it("is released at the end of a scope, in which it can be held again", {
      tags: ["_TestLock.test_rlock_context"],
    }, async () => {
      const lock = new RLock();
      expect(await lock.hold(() => lock.hold(() => lock.locked))).toBe(true);
      expect(lock.locked).toBe(false);
    });

    it("excludes other flows of the same thread", async () => {
      const lock = new RLock();
      let inside = 0;
      const body = async () => {
        expect(++inside).toBe(1);
        await turn();
        inside -= 1;
      };
      const byHand = async () => {
        await lock.acquire();
        await lock.acquire();
        await body();
        lock.release();
        lock.release();
      };
      for (let round = 0; round < 3; round++) {
        await Promise.all([byHand(), byHand(), lock.hold(body), lock.hold(byHand), byHand()]);
        await lock.acquire();
        lock.release();
      }
      expect(lock.locked).toBe(false);
    });

    it("can be acquired again without a wait while another flow waits for it", async () => {
      const lock = new RLock();
      const order: string[] = [];
      const owner = lock.hold(async () => {
        await turn();
        expect(await lock.acquire({ timeoutMs: 0 })).toBe(true);
        lock.release();
        await turn();
        order.push("owner");
      });
      await Promise.all([owner, lock.hold(() => order.push("other"))]);
      expect(order).toEqual(["owner", "other"]);
    });

    it("cannot be released by a child", async () => {
      const lock = new RLock();
      lock.acquireSync();
      await expect(run("release", lock)).rejects.toThrow(LockStateError);
      const child = start("acquire", lock);
      lock.release();
      expect(await child.result()).toBe(true);
      expect(lock.isMine).toBe(false);
      await child.join();
      expect(await lock.acquire({ timeoutMs: 100_000 })).toBe(true);
      expect(lock.abandoned).toBe(true);
    });
  });
}
