import { getContext } from "@manyhands/process";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

// A waiter checks again by a timer, for a thread that was killed before it woke it. Without timers it must be woken.
beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout"] }));
afterEach(() => void vi.useRealTimers());

const item = "x".repeat(100_000);

describe.each(["thread", "spawn"] as const)("flushed() of a queue by %s", (startMethod) => {
  it("is woken when another reader has made room for the last value, with most of the ring used", async () => {
    const { Process, Queue, SharedEvent } = getContext(startMethod);
    const [queue, taken, isOver] = [new Queue<string>(), new SharedEvent(), new SharedEvent()];
    const values = 24;
    for (let i = 0; i < values; i++) queue.putSync(item);
    const flushed = queue.flushed();
    const child = new Process(
      async (queue, taken, isOver) => {
        for (let i = 0; i < 7; i++) queue.getSync();
        taken.set();
        // Only a child that goes on leaves the wake-up to the values that it took.
        await isOver.wait();
      },
      { args: [queue, taken, isOver] },
    ).start();
    taken.waitSync();
    await flushed;
    expect(queue.size).toBe(values - 7);
    isOver.set();
    vi.useRealTimers();
    expect(await child.join()).toBe(0);
  });

  it("resolves when this thread itself has made the room", async () => {
    const queue = new (getContext(startMethod).Queue)<string>();
    for (let i = 0; i < 24; i++) queue.putSync(item);
    const flushed = queue.flushed();
    for (let i = 0; i < 7; i++) queue.getSync();
    await flushed;
    expect(queue.size).toBe(17);
  });
});
