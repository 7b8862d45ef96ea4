import { expect, it } from "vitest";
import { Keenness } from "../../src/manager/keenness.ts";
import { Linger } from "../../src/manager/linger.ts";

it("lingering sees what comes without going back to the event loop", async () => {
  let looks = 0;
  const seen = new Promise<void>((resolve) => {
    const linger = new Linger(() => {
      if (++looks === 3) resolve();
      return looks <= 3;
    });
    linger.begin();
    linger.begin();
  });
  let turned = false;
  setImmediate(() => {
    turned = true;
  });
  await seen;
  expect([looks, turned]).toEqual([3, false]);
});

it("lingering leaves the event loop its turn, whatever comes", async () => {
  let isOver = false;
  let looks = 0;
  const linger = new Linger(() => {
    looks += 1;
    return !isOver;
  });
  linger.begin();
  await new Promise(setImmediate);
  const before = looks;
  // Once again in the next turn.
  linger.begin();
  await new Promise(setImmediate);
  isOver = true;
  expect(before).toBeGreaterThan(0);
  expect(looks).toBeGreaterThan(before);
});

/** How many of so many calls were made lingering, when a call takes that long in either way. */
function keenCalls(keenness: Keenness, calls: number, patientMs: number, keenMs: number): number {
  let keen = 0;
  for (let i = 0; i < calls; i++) {
    if (keenness.isKeen) keen += 1;
    keenness.took(keenness.isKeen ? keenMs : patientMs);
  }
  return keen;
}

it.each([
  ["is faster", 0.035, 0.013, 0.9, 1],
  ["is slower", 0.035, 0.09, 0, 0.1],
  ["makes no difference", 0.035, 0.034, 0, 0.1],
  ["tells nothing, since the object itself takes long", 20, 10, 0, 0.1],
])("calls are lingered for where that %s", (_, patientMs, keenMs, least, most) => {
  const share = keenCalls(new Keenness(), 20_000, patientMs, keenMs) / 20_000;
  expect(share).toBeGreaterThanOrEqual(least);
  expect(share).toBeLessThanOrEqual(most);
});

it("calls are lingered for again when the machine is free again", () => {
  const keenness = new Keenness();
  keenCalls(keenness, 5000, 0.035, 0.09);
  expect(keenCalls(keenness, 5000, 0.035, 0.013)).toBeGreaterThan(3500);
});
