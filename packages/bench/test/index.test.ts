import { expect, it } from "vitest";

it("loads", async () => {
  expect(await import("@manyhands/bench")).toBeDefined();
});
