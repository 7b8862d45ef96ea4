import type { StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { sharing } from "./sharing.ts";

/** The contract of Semaphore and BoundedSemaphore, in the memory of any start method. */
export function semaphoreContract(startMethod: StartMethodName): void {
  const { BoundedSemaphore, Semaphore, run } = sharing(startMethod);

  describe(`Semaphore of ${startMethod}`, () => {
    for (const [Class, tag] of [
      [Semaphore, "_TestSemaphore.test_semaphore"],
      [BoundedSemaphore, "_TestSemaphore.test_bounded_semaphore"],
    ] as const) {
      it(`${Class.name}: acquire() decrements and release() increments its value`, { tags: [tag] }, async () => {
        const semaphore = new Class(2);
        expect(semaphore.value).toBe(2);
        expect(await semaphore.acquire()).toBe(true);
        expect(semaphore.value).toBe(1);
        expect(semaphore.acquireSync()).toBe(true);
        expect(semaphore.locked).toBe(true);
        expect(semaphore.tryAcquire()).toBe(false);
        expect(semaphore.release()).toBeUndefined();
        semaphore.release();
        expect(semaphore.value).toBe(2);
        if (Class === BoundedSemaphore) {
          expect(() => semaphore.release()).toThrow(RangeError);
          expect(semaphore.value).toBe(2);
        } else {
          semaphore.release();
          semaphore.release();
          expect(semaphore.value).toBe(4);
        }
        expect(await run("takeAll", semaphore, 2)).toBe(Class === BoundedSemaphore ? 0 : 2);
      });
    }

    it("acquire() times out, and changes no value", {
      tags: ["_TestSemaphore.test_timeout"],
    }, async () => {
      const semaphore = new Semaphore(0);
      expect(semaphore.tryAcquire()).toBe(false);
      expect(await semaphore.acquire({ timeoutMs: 0 })).toBe(false);
      const began = performance.now();
      expect(await semaphore.acquire({ timeoutMs: 30 })).toBe(false);
      expect(semaphore.acquireSync({ timeoutMs: 30 })).toBe(false);
      expect(performance.now() - began).toBeGreaterThan(55);
      semaphore.release();
      expect(semaphore.tryAcquire()).toBe(true);
    });

    it("constructor throws for an invalid value, and release() beyond the largest one", () => {
      for (const value of [-1, 1.5, 2 ** 31, Number.NaN]) expect(() => new Semaphore(value)).toThrow(RangeError);
      expect(() => new Semaphore(2 ** 31 - 1).release()).toThrow(RangeError);
      expect(String(new Semaphore(3))).toBe("Semaphore(value=3)");
    });
  });
}
