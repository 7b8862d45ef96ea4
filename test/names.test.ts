import * as runtime from "@manyhands/process";
import { expect, it } from "vitest";

it("what is exported bears its own name, for stacks and consoles, and after bundling", () => {
  for (const [name, value] of Object.entries(runtime)) if (typeof value === "function") expect(value.name).toBe(name);
});
