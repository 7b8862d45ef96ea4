import { scaleLinear } from "d3-scale";
import fc from "fast-check";
import { expect, it } from "vitest";
import { linearTicks } from "../../src/report/svg/linear-ticks.ts";

it("linearTicks() returns two or more ticks that keep their distance", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), fc.integer({ min: 20, max: 90 }), (most, gap) => {
      const scale = scaleLinear([0, most], [190, 530]);
      const places = linearTicks(scale, gap).map(scale);
      expect(places.length).toBeGreaterThanOrEqual(2);
      for (const [at, place] of places.slice(1).entries())
        expect(place - (places[at] as number)).toBeGreaterThanOrEqual(gap - 1e-6);
    }),
  );
});
