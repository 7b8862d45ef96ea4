import { EndOfFileError, getContext } from "@manyhands/process";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { MappedSegment } from "../../src/memory/mapped-segment.ts";
import { processAllocator } from "../../src/memory/mapped-segment.ts";
import { memoryCalls } from "../../src/memory/memory-calls.ts";

// A waiter checks again by a timer, for a thread that was killed before it woke it. Without timers it must be woken.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout"] }));
afterEach(() => void vi.useRealTimers());

describe.each(["thread", "spawn"] as const)("a child by %s that ends by itself", (startMethod) => {
  const { Barrier, Lock, Pipe, Process, Semaphore, SharedEvent } = getContext(startMethod);

  it("wakes those that wait for a lock which it holds", async () => {
    const [lock, isHeld, isOver] = [new Lock(), new SharedEvent(), new SharedEvent()];
    const child = new Process(
      (lock, isHeld, isOver) => {
        lock.acquireSync();
        isHeld.set();
        isOver.waitSync();
      },
      { args: [lock, isHeld, isOver] },
    ).start();
    await isHeld.wait();
    const acquired = lock.acquire();
    isOver.set();
    expect(await acquired).toBe(true);
    expect(lock.abandoned).toBe(true);
    expect(await child.join()).toBe(0);
  });

  it("wakes those that wait at the other end of its pipe", async () => {
    const [receiver, sender] = Pipe({ duplex: false });
    const [isReady, isOver] = [new SharedEvent(), new SharedEvent()];
    const child = new Process(
      (sender, isReady, isOver) => {
        isReady.set();
        isOver.waitSync();
        sender.sendSync("last");
      },
      { args: [sender, isReady, isOver] },
    ).start();
    await isReady.wait();
    sender.close();
    isOver.set();
    expect(await receiver.recv()).toBe("last");
    await expect(receiver.recv()).rejects.toThrow(EndOfFileError);
    expect(await child.join()).toBe(0);
  });

  it("wakes those that wait for its action at a barrier", async () => {
    const barrier = new Barrier(2, { action: () => process.exit(0) });
    const broken = expect(barrier.wait()).rejects.toThrow("it is broken");
    const child = new Process((barrier) => void barrier.waitSync(), { args: [barrier] }).start();
    await broken;
    await child.join();
  });

  it("passes on a wake-up that its event loop has not taken", async () => {
    const [semaphore, isReady, isReleased] = [new Semaphore(0), new SharedEvent(), new SharedEvent()];
    const child = new Process(
      (semaphore, isReady, isReleased) => {
        void semaphore.acquire();
        isReady.set();
        isReleased.waitSync();
        process.exit(0);
      },
      { args: [semaphore, isReady, isReleased] },
    ).start();
    await isReady.wait();
    const acquired = semaphore.acquire();
    semaphore.release();
    isReleased.set();
    expect(await acquired).toBe(true);
    expect(await child.join()).toBe(0);
  });
});

describe.runIf(memoryCalls().futex !== undefined)("a watch of mapped memory that is cancelled", () => {
  it("passes a wake-up that it has taken on to a blocked thread", () => {
    const segment = processAllocator.allocate(4) as MappedSegment;
    const wake = vi.spyOn(memoryCalls().futex as NonNullable<ReturnType<typeof memoryCalls>["futex"]>, "wake");
    try {
      const cancelTaken = segment.watch(0, 0, () => {});
      segment.wakeOne(0);
      wake.mockClear();
      cancelTaken();
      expect(wake).toHaveBeenCalledTimes(1);
      const cancel = segment.watch(0, 0, () => {});
      wake.mockClear();
      cancel();
      expect(wake).not.toHaveBeenCalled();
    } finally {
      wake.mockRestore();
      segment.close();
    }
  });
});
