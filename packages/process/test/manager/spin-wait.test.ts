import { afterEach, expect, it, vi } from "vitest";
import { SpinWait } from "../../src/manager/session/spin-wait.ts";

const nextIteration = () => new Promise(setImmediate);
afterEach(() => vi.restoreAllMocks());

/** Mocks the clock: each read advances it by so many milliseconds, whatever the machine does. */
function mockClock(stepMs: number): void {
  let ms = 1;
  vi.spyOn(performance, "now").mockImplementation(() => {
    ms += stepMs;
    return ms;
  });
}

it("SpinWait polls without returning to the event loop, and stops when no message is expected", async () => {
  mockClock(0.01);
  let polls = 0;
  let didIterate = false;
  const done = new Promise<void>((resolve) => {
    const spin = new SpinWait(() => {
      polls += 1;
      // The third poll finds a message that starts another wait, the sixth one that does not.
      if (polls === 3) spin.start(false);
      if (polls === 6) resolve();
      return polls === 3 || polls === 6;
    });
    spin.start(false);
    spin.start(false);
  });
  setImmediate(() => {
    didIterate = true;
  });
  await done;
  expect([polls, didIterate]).toEqual([6, false]);
  await nextIteration();
  expect(polls).toBe(6);
});

it("SpinWait spends at most a millisecond of each loop iteration, however many messages arrive", async () => {
  mockClock(1 / 128);
  let polls = 0;
  const spin = new SpinWait(() => {
    polls += 1;
    spin.start(false);
    return true;
  });
  const pollsOfAnIteration = async () => {
    polls = 0;
    spin.start(false);
    await nextIteration();
    return polls;
  };
  // One millisecond of this clock.
  expect(await pollsOfAnIteration()).toBe(64);
  expect(await pollsOfAnIteration()).toBe(64);
});

/** Starts so many waits, each in its own loop iteration. @returns how many of them polled at all. */
async function countSpinning(spin: SpinWait, times: number, polls: () => number): Promise<number> {
  let spinning = 0;
  for (let i = 0; i < times; i++) {
    const before = polls();
    spin.start(false);
    await nextIteration();
    if (polls() > before) spinning += 1;
  }
  return spinning;
}

it("SpinWait spins more rarely while spinning is wasted, and always again once it is useful", async () => {
  mockClock(0.03);
  let polls = 0;
  let arrives = false;
  const spin = new SpinWait(() => {
    polls += 1;
    return arrives;
  });
  expect(await countSpinning(spin, 16, () => polls)).toBe(16);
  expect(await countSpinning(spin, 64, () => polls)).toBe(0);
  expect(await countSpinning(spin, 16 + 128 + 16 + 256 + 16 + 512, () => polls)).toBe(48);
  expect(await countSpinning(spin, 8000, () => polls)).toBeLessThan(80);
  arrives = true;
  await countSpinning(spin, 4096, () => polls);
  expect(await countSpinning(spin, 500, () => polls)).toBe(500);
});

it("SpinWait spins again at once after a pause", async () => {
  mockClock(0.03);
  let polls = 0;
  const spin = new SpinWait(() => {
    polls += 1;
    return false;
  });
  expect(await countSpinning(spin, 20, () => polls)).toBe(16);
  mockClock(60);
  expect(await countSpinning(spin, 1, () => polls)).toBe(1);
});

it("SpinWait spins for a clock tick once between evaluations when its side is blocked", async () => {
  mockClock(1 / 32);
  let polls = 0;
  const spin = new SpinWait(() => {
    polls += 1;
    return false;
  });
  const pollsOfEach = [];
  for (let i = 0; i < 3; i++) {
    const before = polls;
    spin.start(true);
    await nextIteration();
    pollsOfEach.push(polls - before);
  }
  // 64 µs of this clock, and 5 ms.
  expect(pollsOfEach).toEqual([3 + 160, 3, 3]);
});
