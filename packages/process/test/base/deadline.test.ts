import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { timedOut, withDeadline } from "../../src/base/deadline.ts";
import { deferred } from "../../src/base/deferred.ts";

describe("withDeadline()", () => {
  const never = new Promise<never>(() => {});

  it("settles like the promise, or gives timedOut when the time runs out", async () => {
    expect(await withDeadline(Promise.resolve(1), { timeoutMs: 1000 })).toBe(1);
    await expect(withDeadline(Promise.reject(new Error("r")), { timeoutMs: 1000 })).rejects.toThrow("r");
    expect(await withDeadline(never, { timeoutMs: 0 })).toBe(timedOut);
  });

  it("takes a time limit that is longer than the longest timer", async () => {
    expect(await withDeadline(new Promise((resolve) => setTimeout(resolve, 5, "came")), { timeoutMs: 2 ** 40 })).toBe(
      "came",
    );
  });

  it("removes its timer and its listener, whatever settles it", async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const { signal } = new AbortController();
    await withDeadline(Promise.resolve(), { timeoutMs: 1e6, signal });
    await withDeadline(never, { timeoutMs: 1, signal });
    await withDeadline(Promise.reject(new Error("r")), { timeoutMs: 1e6, signal }).catch(() => {});
    expect(getEventListeners(signal, "abort")).toEqual([]);
    const controller = new AbortController();
    const aborted = withDeadline(never, { timeoutMs: 1e6, signal: controller.signal });
    controller.abort(new Error("a"));
    await expect(aborted).rejects.toThrow("a");
    // A timer of the test runner may have ended meanwhile.
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it("ignores an abort after it has settled", async () => {
    const controller = new AbortController();
    const { promise, resolve } = deferred<number>();
    const wait = withDeadline(promise, { signal: controller.signal });
    resolve(7);
    await promise;
    controller.abort();
    expect(await wait).toBe(7);
  });
});
