import { BrokenBarrierError, type StartMethodName } from "@manyhands/process";
import { describe, expect, it } from "vitest";
import { sharing } from "./shared.ts";

/** The promises of Barrier, whatever memory it is in. */
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
    it("lets nobody go before all have come", { tags: ["_TestBarrier.test_barrier"] }, () => passAll(1));
    it("is used again and again", { tags: ["_TestBarrier.test_barrier_10"] }, () => passAll(10));
    it("gives each party another index", { tags: ["_TestBarrier.test_wait_return"] }, () => passAll(3));
    it("keeps the rounds apart a thousand times", { tags: ["_TestBarrier.test_thousand"] }, () => passAll(1000));

    it("of one never waits", { tags: ["_TestBarrier.test_single_thread"] }, async () => {
      const barrier = new Barrier(1);
      expect([await barrier.wait(), barrier.waitSync(), await barrier.wait()]).toEqual([0, 0, 0]);
    });

    it("sends off whoever waits when it is reset, and is whole then", {
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

    it("is whole again after an abort and a reset", { tags: ["_TestBarrier.test_abort_and_reset"] }, async () => {
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

    it("runs its action once, before anyone goes on; an action that throws breaks it", async () => {
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

    it("is broken by who gives up", async () => {
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
