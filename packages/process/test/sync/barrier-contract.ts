import { BrokenBarrierError, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { sharing } from "./sharing.ts";

/** The contract of Barrier, in the memory of any start method. */
export function barrierContract(startMethod: StartMethodName): void {
  const { Barrier, SharedArray, start } = sharing(startMethod);
  const parties = 5;
  const passAll = async (rounds: number) => {
    const barrier = new Barrier(parties);
    const passed = new SharedArray("i32", 1);
    const children = [0, 1].map((i) => start("pass", barrier, rounds, passed, i === 0));
    const { pass } = (await import("../fixture/sharing.js" as string)) as typeof import("../fixture/sharing.js");
    const here = [1, 2, 3].map(() => pass(barrier, rounds, passed, false));
    const all = await Promise.all([...children.map((child) => child.result() as ReturnType<typeof pass>), ...here]);
    expect(all.map(({ lead }) => lead)).toEqual([0, 0, 0, 0, 0]);
    for (let round = 0; round < rounds; round++) {
      expect(all.map(({ indices }) => indices[round]).sort()).toEqual([0, 1, 2, 3, 4]);
    }
    expect(barrier.waiting).toBe(0);
    expect(barrier.broken).toBe(false);
  };

  describe(`Barrier of ${startMethod}`, () => {
    it("releases no party before all have arrived", { tags: ["_TestBarrier.test_barrier"] }, () => passAll(1));
    it("can be used repeatedly", { tags: ["_TestBarrier.test_barrier_10"] }, () => passAll(10));
    it("wait() returns a different index to each party", { tags: ["_TestBarrier.test_wait_return"] }, () => passAll(3));
    it("keeps a thousand rounds apart", { tags: ["_TestBarrier.test_thousand"] }, () => passAll(1000));

    it("does not wait with one party", { tags: ["_TestBarrier.test_single_thread"] }, async () => {
      const barrier = new Barrier(1);
      expect([await barrier.wait(), barrier.waitSync(), await barrier.wait()]).toEqual([0, 0, 0]);
    });

    it("reset() ends current waits with an error, and makes it usable", {
      tags: ["_TestBarrier.test_reset"],
    }, async () => {
      const barrier = new Barrier(3);
      const waiting = [barrier.wait(), start("passOnce", barrier).result()];
      while (barrier.waiting < 2) await new Promise((resolve) => setTimeout(resolve, 2));
      barrier.reset();
      await expect(waiting[0]).rejects.toThrow(BrokenBarrierError);
      expect(await waiting[1]).toBe("BrokenBarrierError");
      expect(await Promise.all([barrier.wait(), barrier.wait(), start("passOnce", barrier).result()])).toHaveLength(3);
    });

    it("is usable again after abort() and reset()", { tags: ["_TestBarrier.test_abort_and_reset"] }, async () => {
      const barrier = new Barrier(3);
      const waiting = [barrier.wait(), barrier.wait()];
      barrier.abort();
      expect(barrier.broken).toBe(true);
      for (const each of waiting) await expect(each).rejects.toThrow(BrokenBarrierError);
      await expect(barrier.wait()).rejects.toThrow(BrokenBarrierError);
      barrier.reset();
      expect(barrier.broken).toBe(false);
      expect((await Promise.all([barrier.wait(), barrier.wait(), barrier.wait()])).sort()).toEqual([0, 1, 2]);
    });

    it("runs its action once before any party continues, and breaks when the action throws", async () => {
      let actions = 0;
      const barrier = new Barrier(2, { action: () => void actions++ });
      await Promise.all([barrier.wait().then(() => expect(actions).toBe(1)), barrier.wait()]);
      const failing = new Barrier(2, {
        action: () => {
          throw new Error("action");
        },
      });
      const first = failing.wait();
      await expect(failing.wait()).rejects.toThrow("action");
      await expect(first).rejects.toThrow(BrokenBarrierError);
    });

    it("breaks when a wait times out or is aborted", async () => {
      const barrier = new Barrier(2, { timeoutMs: 20 });
      await expect(barrier.wait()).rejects.toThrow(BrokenBarrierError);
      expect(barrier.broken).toBe(true);
      barrier.reset();
      expect(() => barrier.waitSync({ timeoutMs: 0 })).toThrow(BrokenBarrierError);
      barrier.reset();
      const abort = new AbortController();
      const aborted = barrier.wait({ signal: abort.signal });
      abort.abort(new Error("enough"));
      await expect(aborted).rejects.toThrow("enough");
      expect(barrier.broken).toBe(true);
      expect(() => new Barrier(0)).toThrow(RangeError);
    });
  });
}
