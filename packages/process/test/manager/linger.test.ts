import { afterEach, expect, it, vi } from "vitest";
import { Linger } from "../../src/manager/linger.ts";

const turn = () => new Promise(setImmediate);
afterEach(() => vi.restoreAllMocks());

/** A clock that goes so many milliseconds further at each look at it, whatever the machine does. */
function clock(stepMs: number): void {
  let ms = 1;
  vi.spyOn(performance, "now").mockImplementation(() => {
    ms += stepMs;
    return ms;
  });
}

it("lingering sees what comes without going back to the event loop, and no more than was expected", async () => {
  clock(0.01);
  let looks = 0;
  let turned = false;
  const seen = new Promise<void>((resolve) => {
    const linger = new Linger(() => {
      looks += 1;
      // The third look finds something that makes more likely to come, the sixth something that does not.
      if (looks === 3) linger.begin();
      if (looks === 6) resolve();
      return looks === 3 || looks === 6;
    });
    linger.begin();
    linger.begin();
  });
  setImmediate(() => {
    turned = true;
  });
  await seen;
  expect([looks, turned]).toEqual([6, false]);
  await turn();
  expect(looks).toBe(6);
});

it("lingering leaves the event loop its turn, whatever comes", async () => {
  clock(1 / 128);
  let looks = 0;
  const linger = new Linger(() => {
    looks += 1;
    linger.begin();
    return true;
  });
  const looksOfATurn = async () => {
    looks = 0;
    linger.begin();
    await turn();
    return looks;
  };
  // A millisecond of this clock.
  expect(await looksOfATurn()).toBe(64);
  expect(await looksOfATurn()).toBe(64);
});

/** Lingers so many times, each in a turn of its own. @returns how many times it looked at all. */
async function lingered(linger: Linger, times: number, looked: () => number): Promise<number> {
  let lingered = 0;
  for (let i = 0; i < times; i++) {
    const before = looked();
    linger.begin();
    await turn();
    if (looked() > before) lingered += 1;
  }
  return lingered;
}

it("lingering is tried ever more seldom while it is in vain, and again always once it is not", async () => {
  clock(0.03);
  let looks = 0;
  let comes = false;
  const linger = new Linger(() => {
    looks += 1;
    return comes;
  });
  expect(await lingered(linger, 16, () => looks)).toBe(16);
  expect(await lingered(linger, 16, () => looks)).toBe(0);
  expect(await lingered(linger, 16 + 32 + 16 + 64 + 16 + 128, () => looks)).toBe(48);
  expect(await lingered(linger, 5000, () => looks)).toBeLessThan(120);
  comes = true;
  await lingered(linger, 1100, () => looks);
  expect(await lingered(linger, 500, () => looks)).toBe(500);
});
