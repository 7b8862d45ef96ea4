import { describe, expect, it } from "vitest";
import { Gate } from "../../src/memory/gate.ts";
import { threadAllocator } from "../../src/memory/thread-segment.ts";

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
