import { afterEach, describe, expect, it, vi } from "vitest";
import { setInterruptCheck } from "../../src/base/interrupt.ts";
import { Gate } from "../../src/memory/gate.ts";
import type { Segment } from "../../src/memory/segment.ts";
import { threadAllocator } from "../../src/memory/thread-segment.ts";
import type { BlockedPlace } from "../../src/memory/wait/known-gates.ts";
import { openPlace } from "../../src/memory/wait/open-place.ts";

/** A gate, and attempts that each take one of the items that were added. */
function gateWithItems() {
  const gate = new Gate(threadAllocator.allocate(4), 0);
  let items = 0;
  return {
    gate,
    /** Adds an item without waking a waiter, as when the wake-up has not reached this thread yet. */
    addQuietly: () => {
      items += 1;
    },
    take: () => {
      if (items === 0) return false;
      items -= 1;
      return true;
    },
  };
}

describe("Gate", () => {
  it("wait() does not overtake an earlier wait of the same thread when its time runs out", async () => {
    const { gate, addQuietly, take } = gateWithItems();
    const first = gate.wait(take);
    const second = gate.wait(take, { timeoutMs: 10 });
    addQuietly();
    expect(await second).toBe(false);
    expect(await first).toBe(true);
  });

  it.each([
    ["often while another thread is in its way", true, 20],
    ["rarely while there is nothing", false, 5],
  ])("wait() checks again %s", async (_, isThere, checks) => {
    vi.useFakeTimers();
    try {
      const gate = new Gate(threadAllocator.allocate(4), 0, () => isThere);
      const abort = new AbortController();
      let attempts = 0;
      const waiting = gate.wait(() => ++attempts < 0, { signal: abort.signal });
      const before = attempts;
      vi.advanceTimersByTime(1550);
      expect(attempts - before).toBeGreaterThanOrEqual(checks);
      expect(attempts - before).toBeLessThan(checks * 2);
      abort.abort(new Error("enough"));
      await expect(waiting).rejects.toThrow("enough");
    } finally {
      vi.useRealTimers();
    }
  });

  it("wait() takes what is there when its time runs out, if no earlier wait needs it", async () => {
    const { gate, addQuietly, take } = gateWithItems();
    const wait = gate.wait(take, { timeoutMs: 10 });
    addQuietly();
    expect(await wait).toBe(true);
  });

  it("wait() with a timeout of 0 looks once, after the earlier waits of the same thread", async () => {
    const { gate, addQuietly, take } = gateWithItems();
    const first = gate.wait(take);
    addQuietly();
    expect(await gate.wait(take, { timeoutMs: 0 })).toBe(false);
    expect(await first).toBe(true);
    const patient = gate.wait(() => false, { timeoutMs: 20 });
    addQuietly();
    expect(await gate.wait(take, { timeoutMs: 0 })).toBe(true);
    expect(await patient).toBe(false);
  });

  it("wait() makes no attempt after an abort by the attempt of another wait", async () => {
    const { gate, addQuietly, take } = gateWithItems();
    const abort = new AbortController();
    const first = gate.wait(() => {
      if (!take()) return false;
      addQuietly();
      abort.abort(new Error("no more"));
      return true;
    });
    const second = gate.wait(take, { signal: abort.signal });
    const third = gate.wait(take);
    addQuietly();
    gate.open();
    expect(await first).toBe(true);
    await expect(second).rejects.toThrow("no more");
    expect(await third).toBe(true);
  });
});

describe("an interrupt of a thread that is blocked at a gate which the interrupting thread does not know", () => {
  afterEach(() => setInterruptCheck(undefined));

  /**
   * Runs a wait, with an interrupt between two of its steps.
   *
   * @param at before which step.
   * @returns the number of steps, and the longest time in ms that the thread sleeps after the interrupt without a
   *   wake-up.
   */
  function interruptBefore(at: number): { steps: number; lostMs: number } {
    let steps = 0;
    let lostMs = 0;
    let isSent = false;
    let reported: BlockedPlace | undefined;
    // What a parent does: sends the interrupt, then looks where its child is blocked, and wakes it there.
    const step = () => {
      steps += 1;
      if (steps !== at) return;
      isSent = true;
      if (reported !== undefined) openPlace(reported);
    };
    const real = threadAllocator.allocate(4);
    const segment: Segment = Object.create(real, {
      words: { value: real.words },
      memory: { value: real.memory },
      sleep: {
        value: (word: number, value: number, timeoutMs: number) => {
          step();
          if (isSent && real.words[word] === value) lostMs = Math.max(lostMs, timeoutMs);
        },
      },
    });
    // What a child does, without its limit on how often it looks.
    setInterruptCheck((_, describePlace) => {
      step();
      if (describePlace !== undefined) reported = describePlace() as BlockedPlace;
      step();
      if (isSent) throw new Error("interrupted");
      step();
    });
    const attempt = () => {
      step();
      return steps > 60;
    };
    try {
      new Gate(segment, 0).waitSync(attempt, Number.POSITIVE_INFINITY);
    } catch (error) {
      expect((error as Error).message).toBe("interrupted");
    }
    return { steps, lostMs };
  }

  it("ends the wait, without more than one of the first short sleeps, whenever it comes", () => {
    for (let at = 1; at <= 60; at++) {
      const { steps, lostMs } = interruptBefore(at);
      // A first sleep of 50 ms may have begun; the thread reports its place before any longer one.
      expect(lostMs, `before step ${at}`).toBeLessThanOrEqual(50);
      expect(steps - at, `before step ${at}`).toBeLessThanOrEqual(6);
    }
  });
});
