import { describe, expect, it } from "vitest";
import { canFork, runForkReady } from "../fixture/run-fork-ready.ts";
import { supervisorCases } from "./cases.js";

const chaos = new URL("chaos.js", import.meta.url).href;
const cases = new URL("cases.js", import.meta.url).href;

describe.runIf(canFork)("Supervisor, by fork", () => {
  it.each(Object.keys(supervisorCases("fork")))("%s", async (title) => {
    const { code, err } = await runForkReady(`
      import { supervisorCases } from ${JSON.stringify(cases)};
      import { activeChildren } from "RUNTIME";
      await supervisorCases("fork")[${JSON.stringify(title)}]();
      if (activeChildren().length > 0) throw new Error("children are left");`);
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  it("kills at random instants are each counted once", async () => {
    const { code, err } = await runForkReady(`
      import { chaos } from ${JSON.stringify(chaos)};
      for (const seed of ["1", "2", "3", "4"]) await chaos("fork", seed);`);
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });
});
