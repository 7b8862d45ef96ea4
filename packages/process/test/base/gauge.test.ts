import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { Gauge } from "../../src/base/gauge.ts";

it("a gauge sums up its objects' numbers when it is read, and holds the objects weakly", async () => {
  const gauge = new Gauge();
  expect(gauge.total()).toBe(null);
  const kept = { size: 0 };
  gauge.add(kept, ({ size }) => size);
  gauge.add({ size: 5 }, ({ size }) => size);
  kept.size = 2;
  expect(gauge.total()).toBe(7);
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  while (gauge.total() !== 2) {
    await new Promise(setImmediate);
    collect();
  }
  expect(kept.size).toBe(2);
});
