import { describe, expect, it } from "vitest";
import { allMethods } from "../fixture/run-program.ts";
import { Model } from "./model.js";
import { type CallStep, planRound } from "./plan.js";
import { runChaos } from "./run-chaos.js";

// `run.js` takes another seed, and more time.
const seed = process.env.CHAOS_SEED ?? "ordinary";
const seconds = 15;

describe("the plan of a round", () => {
  it("follows from engine, seed and number alone", () => {
    expect(planRound("spawn", "a", 3)).toEqual(planRound("spawn", "a", 3));
    expect(planRound("spawn", "a", 3)).not.toEqual(planRound("spawn", "b", 3));
  });

  it("sends no signals to threads", () => {
    const plans = Array.from({ length: 200 }, (_, number) => JSON.stringify(planRound("thread", seed, number)));
    expect(plans.filter((plan) => /SIGKILL|SIGTERM|"sigkill"|"sigterm"/.test(plan))).toEqual([]);
  });
});

describe("the model", () => {
  const step = (call: CallStep["call"], ...does: string[]): CallStep => ({
    kind: "call",
    call,
    tasks: does.map((name, id) => ({ id, does: name, ms: 0 })),
    chunkSize: undefined,
    attempts: undefined,
    cancel: undefined,
  });
  const made = { isRefused: false, reason: undefined };
  const planned = { ...planRound("thread", seed, 0), entry: "Pool" as const, salt: 5 };
  const faultOf = (call: CallStep, ...outcomes: ({ value: unknown } | { error: unknown })[]) =>
    new Model({ ...planned, steps: [call] }).faultOf(call, outcomes, made);

  it("permits the value of each task, and the failure of a task that fails", () => {
    expect(faultOf(step("map", "value", "sleep"), { value: [5, 7] })).toBeUndefined();
    const thrown = Object.assign(new RangeError("chaos 0"), { code: "E_CHAOS" });
    expect(faultOf(step("apply", "throws"), { error: thrown })).toBeUndefined();
    expect(faultOf(step("imap", "throws", "value"), { error: thrown }, { value: 7 })).toBeUndefined();
  });

  it.each([
    ["a wrong value", step("apply", "value"), [{ value: 6 }]],
    ["a value of a task that fails", step("apply", "throws"), [{ value: 5 }]],
    ["a rejection with null", step("apply", "throws"), [{ error: null }]],
    ["an error of another kind", step("apply", "value"), [{ error: Object.assign(new Error(), { code: "E_CHAOS" }) }]],
    ["a value too few", step("imap", "value", "value"), [{ value: 5 }]],
    ["a value twice", step("imapUnordered", "value", "value"), [{ value: 5 }, { value: 5 }]],
    ["values in another order", step("imap", "value", "value"), [{ value: 7 }, { value: 5 }]],
  ])("reports %s", (_, call, outcomes) => {
    expect(faultOf(call, ...outcomes)).toBeTypeOf("string");
  });
});

describe.runIf(process.platform === "linux")(`chaos, seed ${seed}`, () => {
  it.concurrent.each(allMethods)(
    "all promises of a pool by %s settle once, as they may, and nothing is left",
    async (engine) => {
      const { rounds, hangs, left, faults } = await runChaos(engine, { seed, seconds });
      expect({ hangs, left, faults }).toEqual({ hangs: 0, left: [], faults: [] });
      expect(rounds).toBeGreaterThan(0);
    },
    240_000,
  );
});
