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
    expect(unserved.check(waiting)).toBeUndefined();
  }
  expect(warned).not.toHaveBeenCalled();
  for (const ms of [5000, 6000]) {
    now.mockReturnValue(ms);
    expect(unserved.check(waiting)).toBeUndefined();
  }
  expect(warned).toHaveBeenCalledTimes(1);
  expect(String(warned.mock.calls[0]?.[0])).toMatch(/has served the cluster "manyhands" at redis:\S+ for 5 s; run npx/);
  unserved.check(taken);
  unserved.check(waiting);
  now.mockReturnValue(11_000);
  unserved.check(waiting);
  expect(warned).toHaveBeenCalledTimes(2);
});

it("gives an error after seatWaitMs, with the last error of the connection", () => {
  const { now } = setUp();
  const unserved = new Unserved(checkClusterOptions(url, { name: "other", seatWaitMs: 3000 }));
  unserved.check(waiting);
  unserved.lastError = new Error("no route");
  now.mockReturnValue(3000);
  const error = unserved.check(waiting);
  expect(error).toBeInstanceOf(ClusterError);
  expect(error?.message).toContain(
    `for 3 s, and the last error of the connection was "no route"; run npx manyhands worker --connect ${url} --name other`,
  );
});
