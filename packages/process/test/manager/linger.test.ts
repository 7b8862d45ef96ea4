import { afterEach, expect, it, vi } from "vitest";
import { Linger } from "../../src/manager/session/spin-wait.ts";

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
      if (looks === 3) linger.begin(false);
      if (looks === 6) resolve();
      return looks === 3 || looks === 6;
    });
    linger.begin(false);
    linger.begin(false);
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
    linger.begin(false);
    return true;
  });
  const looksOfATurn = async () => {
    looks = 0;
    linger.begin(false);
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
    linger.begin(false);
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
  expect(await lingered(linger, 64, () => looks)).toBe(0);
  expect(await lingered(linger, 16 + 128 + 16 + 256 + 16 + 512, () => looks)).toBe(48);
  expect(await lingered(linger, 8000, () => looks)).toBeLessThan(80);
  comes = true;
  await lingered(linger, 4096, () => looks);
  expect(await lingered(linger, 500, () => looks)).toBe(500);
});

it("lingering is tried at once after a rest", async () => {
  clock(0.03);
  let looks = 0;
  const linger = new Linger(() => {
    looks += 1;
    return false;
  });
  expect(await lingered(linger, 20, () => looks)).toBe(16);
  clock(60);
  expect(await lingered(linger, 1, () => looks)).toBe(1);
});

it("lingers for a tick of the system's clock once between judgements, where nothing else can be done", async () => {
  clock(1 / 32);
  let looks = 0;
  const linger = new Linger(() => {
    looks += 1;
    return false;
  });
  const looksOfEach = [];
  for (let i = 0; i < 3; i++) {
    const before = looks;
    linger.begin(true);
    await turn();
    looksOfEach.push(looks - before);
  }
  // 64 µs of this clock, and 5 ms.
  expect(looksOfEach).toEqual([3 + 160, 3, 3]);
});
