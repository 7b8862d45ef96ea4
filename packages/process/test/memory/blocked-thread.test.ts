import { getContext } from "@manyhands/process";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GateWaiters } from "../../src/connection/gate-waiters.ts";
import { Gate } from "../../src/memory/gate.ts";
import { threadAllocator } from "../../src/memory/thread-segment.ts";

// A waiter checks again by a timer, for a thread that was killed before it woke it. Without timers it must be woken.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout"] }));
afterEach(() => void vi.useRealTimers());

describe.each(["thread", "spawn"] as const)(
  "a child by %s that is blocked while a promise of it waits",
  (startMethod) => {
    const { Process, Semaphore, SharedEvent } = getContext(startMethod);

    it("passes on the wake-ups that it gets for its promise", async () => {
      const [semaphore, isBlocked, isOver] = [new Semaphore(0), new SharedEvent(), new SharedEvent()];
      const child = new Process(
        async (semaphore, isBlocked, isOver) => {
          const acquired = semaphore.acquire();
          isBlocked.set();
          isOver.waitSync();
          await acquired;
        },
        { args: [semaphore, isBlocked, isOver] },
      ).start();
      await isBlocked.wait();
      // Event loops take turns, so one of the wake-ups is for the child.
      for (let round = 0; round < 2; round++) {
        const acquired = semaphore.acquire();
        semaphore.release();
        expect(await acquired).toBe(true);
      }
      isOver.set();
      semaphore.release();
      expect(await child.join()).toBe(0);
    });
  },
);

describe("writes that wait for space in the order of their calls", () => {
  it("succeed when those before them are aborted at the moment of a wake-up", async () => {
    const gate = new Gate(threadAllocator.allocate(4), 0);
    const waiters = new GateWaiters(gate);
    let space = 0;
    const write = () => space > 0 && space-- > 0;
    const controller = new AbortController();
    const first = waiters.wait(write, { signal: controller.signal });
    const second = waiters.wait(write);
    space = 1;
    // As after a wait that blocked this thread.
    gate.retry();
    controller.abort(new Error("no longer"));
    await expect(first).rejects.toThrow("no longer");
    expect(await second).toBe(true);
  });
});
