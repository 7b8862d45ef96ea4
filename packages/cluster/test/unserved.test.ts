import { afterEach, expect, it, vi } from "vitest";
import { ClusterError } from "../src/base/cluster-error.ts";
import { checkClusterOptions } from "../src/client/cluster-options.ts";
import type { Seat } from "../src/client/seat.ts";
import { Unserved } from "../src/client/unserved.ts";

const waiting = [{ isTaken: false } as Seat];
const taken = [{ isTaken: true } as Seat];
const url = "redis://127.0.0.1:6379";
const setUp = () => ({
  now: vi.spyOn(performance, "now").mockReturnValue(0),
  warned: vi.spyOn(process, "emitWarning").mockImplementation(() => {}),
});
afterEach(() => vi.restoreAllMocks());

it("emits a warning after 5 s without a worker program, once until one serves", () => {
  const { now, warned } = setUp();
  const unserved = new Unserved(checkClusterOptions(url, {}));
  for (const ms of [0, 4999]) {
    now.mockReturnValue(ms);
    expect(unserved.check(waiting, undefined)).toBeUndefined();
  }
  expect(warned).not.toHaveBeenCalled();
  for (const ms of [5000, 6000]) {
    now.mockReturnValue(ms);
    expect(unserved.check(waiting, undefined)).toBeUndefined();
  }
  expect(warned).toHaveBeenCalledTimes(1);
  expect(String(warned.mock.calls[0]?.[0])).toMatch(/has served the cluster "manyhands" at redis:\S+ for 5 s; run npx/);
  unserved.check(taken, undefined);
  unserved.check(waiting, undefined);
  now.mockReturnValue(11_000);
  unserved.check(waiting, undefined);
  expect(warned).toHaveBeenCalledTimes(2);
});

it("gives an error after seatWaitMs, with the last error of the connection", () => {
  const { now } = setUp();
  const unserved = new Unserved(checkClusterOptions(url, { name: "other", seatWaitMs: 3000 }));
  unserved.check(waiting, undefined);
  unserved.lastError = new Error("no route");
  now.mockReturnValue(3000);
  const error = unserved.check(waiting, undefined);
  expect(error).toBeInstanceOf(ClusterError);
  expect(error?.message).toContain(
    `for 3 s, and the last error of the connection was "no route"; run npx manyhands worker --connect ${url} --name other`,
  );
});

it("gives an error that names the refusal after seatWaitMs, or after 5 s without it, and no other warning", () => {
  const { now, warned } = setUp();
  const refusal = "the one on web1: it takes no code; start it with --allow-code";
  for (const [options, ms] of [
    [{}, 5000],
    [{ seatWaitMs: 60_000 }, 60_000],
  ] as const) {
    now.mockReturnValue(0);
    const unserved = new Unserved(checkClusterOptions(url, options));
    unserved.check(waiting, refusal);
    now.mockReturnValue(ms - 1);
    expect(unserved.check(waiting, refusal)).toBeUndefined();
    now.mockReturnValue(ms);
    expect(unserved.check(waiting, refusal)?.message).toBe(
      `No worker program serves this program in the cluster "manyhands" at ${url}: ${refusal}`,
    );
  }
  expect(warned).not.toHaveBeenCalled();
});

it("emits no warning within 5 s after a worker program that may serve has joined one that refuses", () => {
  const { now, warned } = setUp();
  const unserved = new Unserved(checkClusterOptions(url, { seatWaitMs: 60_000 }));
  unserved.check(waiting, undefined);
  now.mockReturnValue(4000);
  unserved.check(waiting, "it refuses");
  now.mockReturnValue(8999);
  unserved.check(waiting, undefined);
  expect(warned).not.toHaveBeenCalled();
  now.mockReturnValue(9000);
  unserved.check(waiting, undefined);
  expect(warned).toHaveBeenCalledTimes(1);
});
