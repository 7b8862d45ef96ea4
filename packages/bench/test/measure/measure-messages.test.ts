import { measureMessages } from "@manyhands/bench";
import { expect, it } from "vitest";

it("every transport brings back what was sent, in every shape that it carries", async () => {
  const shapes = ["string", "bytes", "array", "object", "float64"] as const;
  const result = await measureMessages({ sizes: [0, 4096], shapes, rounds: 1, seed: 3 });
  const broken = result.transports.filter(
    ({ unavailable, family }) => unavailable !== undefined && (family === "node" || family === "manyhands"),
  );
  expect(broken).toEqual([]);
  for (const cell of result.cells) {
    expect(cell.samples).toHaveLength(1);
    expect(cell.samples[0]?.wayNs).toBeGreaterThan(0);
  }
  expect(result.cells.filter((cell) => cell.transport === "worker move").map((cell) => cell.shape)).toContain(
    "float64",
  );
  expect(result.fits.length).toBeGreaterThan(5);
});

it("an unknown transport is refused with the list of those that there are", async () => {
  await expect(measureMessages({ transports: ["pigeon"] })).rejects.toThrow(/no such transport; there are Pipe thread/);
});
