import { describe, expect, it, vi } from "vitest";
import { type MappedSegment, processAllocator } from "../../src/memory/mapped-segment.ts";
import { type Futex, memoryCalls } from "../../src/memory/memory-calls.ts";

describe.runIf(memoryCalls().futex !== undefined)("a worker thread that is blocked on mapped memory", () => {
  it("makes ever fewer system calls, until the word has changed", () => {
    const workers = process.getBuiltinModule("node:worker_threads");
    const isMainThread = vi.spyOn(workers, "isMainThread", "get").mockReturnValue(false);
    const segment = processAllocator.allocate(4) as MappedSegment;
    const naps: number[] = [];
    const wait = vi.spyOn(memoryCalls().futex as Futex, "wait").mockImplementation((_address, _value, timeoutMs) => {
      naps.push(timeoutMs);
      if (naps.length === 6) Atomics.store(segment.words, 0, 1);
    });
    try {
      segment.sleep(0, 0, 100_000);
      expect(naps).toEqual([50, 100, 200, 400, 400, 400]);
    } finally {
      wait.mockRestore();
      isMainThread.mockRestore();
      segment.close();
    }
  });
});
