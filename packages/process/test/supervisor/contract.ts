import type { StartMethodName } from "@manyhands/process";
import { afterEach, beforeEach, describe, it } from "vitest";
import { childPids, expectNothingLeft } from "../process/nothing-left.ts";
import { supervisorCases } from "./cases.js";
import { chaos } from "./chaos.js";

/** What every supervisor promises, for children by a start method. */
export function supervisorContract(startMethod: StartMethodName): void {
  describe(`Supervisor, by ${startMethod}`, () => {
    let before: number[];
    beforeEach(() => {
      before = childPids();
    });
    afterEach(() => expectNothingLeft(before));

    it.each(Object.entries(supervisorCases(startMethod)))("%s", (_, run) => run());

    it.each(["1", "2", "3", "4"])("kills at random instants are each counted once (seed %s)", (seed) =>
      chaos(startMethod, seed),
    );
  });
}
