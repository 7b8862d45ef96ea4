import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { backOffMs } from "../../src/supervisor/plan/back-off.ts";
import type { ChildExit } from "../../src/supervisor/plan/exit.ts";
import { plan } from "../../src/supervisor/plan/plan.ts";
import { randomNumbers } from "../../src/supervisor/plan/random-numbers.ts";
import type { RestartKind, Rules, Strategy } from "../../src/supervisor/plan/rules.ts";
import type { Action, PlanEvent, State } from "../../src/supervisor/plan/state.ts";
import { initialState } from "../../src/supervisor/plan/state.ts";
import { PlanWorld } from "./plan-world.ts";

const strategies: readonly Strategy[] = ["oneForOne", "oneForAll", "restForOne"];
const kinds: readonly RestartKind[] = ["permanent", "transient", "temporary"];
const child = (restart: RestartKind, longestBackOffMs: number | null = null) => ({ restart, longestBackOffMs });
const rules = (strategy: Strategy, restarts: readonly RestartKind[], more: Partial<Rules> = {}): Rules => ({
  strategy,
  maxRestarts: 3,
  withinMs: 5000,
  children: restarts.map((restart) => child(restart)),
  ...more,
});
const exit = (exitCode: number): ChildExit => ({
  child: "any",
  reason: "exited",
  exitCode,
  pid: 1,
  error: exitCode === 0 ? null : new Error("any"),
  at: new Date(0),
  ranMs: 0,
});

/** Plans events one after another. @returns the last state, and the actions as text: `launch 0`. */
function follow(given: Rules, events: readonly PlanEvent[], from: State = initialState(given)) {
  const done: string[] = [];
  let state = from;
  for (const event of events) {
    const planned = plan(given, state, event);
    state = planned.state;
    done.push(...planned.actions.map(textOf));
  }
  return { state, done };
}

const textOf = (action: Action) => ("child" in action ? `${action.type} ${action.child}` : action.type);
const ready = (child: number): PlanEvent => ({ type: "ready", child });
const ended = (child: number, exitCode = 1, atMs = 0): PlanEvent => ({
  type: "ended",
  child,
  exit: exit(exitCode),
  atMs,
});
/** A supervisor whose children are all up. */
const running = (given: Rules) => follow(given, [{ type: "start" }, ...given.children.map((_, i) => ready(i))]).state;

describe("the plan of a supervisor", () => {
  it("starts children in order, each when the one before it is ready", () => {
    const given = rules("oneForOne", ["permanent", "temporary", "transient"]);
    expect(follow(given, [{ type: "start" }]).done).toEqual(["launch 0"]);
    expect(follow(given, [{ type: "start" }, ready(0), ready(1), ready(2)]).done).toEqual([
      "launch 0",
      "launch 1",
      "launch 2",
      "reportStarted",
    ]);
  });

  // The rules of OTP's supervisor(3), for each child of three and each kind of the one that exits.
  it.each(strategies.flatMap((strategy) => kinds.flatMap((kind) => [0, 1, 2].map((at) => ({ strategy, kind, at })))))(
    "$strategy restarts the right children when child $at, $kind, exits abnormally",
    ({ strategy, kind, at }) => {
      const given = rules(
        strategy,
        [0, 1, 2].map((i) => (i === at ? kind : "permanent")),
      );
      const affected = [0, 1, 2].filter(
        (other) => other === at || strategy === "oneForAll" || (strategy === "restForOne" && other > at),
      );
      const others = affected.filter((other) => other !== at).reverse();
      const events = [ended(at), ...others.map((other) => ended(other, -15)), ...affected.map(ready)];
      const { done, state } = follow(given, kind === "temporary" ? [ended(at)] : events, running(given));
      const restarted = [...others.map((other) => `end ${other}`), ...affected.map((other) => `launch ${other}`)];
      expect(done).toEqual(kind === "temporary" ? [] : restarted);
      expect(state.restarts.length).toBe(kind === "temporary" ? 0 : 1);
    },
  );

  it.each(strategies)("%s restarts after a normal end only a permanent child", (strategy) => {
    for (const kind of kinds) {
      const given = rules(strategy, ["permanent", kind]);
      const { done } = follow(given, [ended(1, 0)], running(given));
      expect(done.length > 0).toBe(kind === "permanent");
    }
  });

  it("a transient child that has ended normally is started with its siblings, a temporary one is not", () => {
    const given = rules("oneForAll", ["permanent", "transient", "temporary"]);
    const events = [ended(1, 0), ended(0), ended(2, -15), ready(0), ready(1)];
    expect(follow(given, events, running(given)).done).toEqual(["end 2", "launch 0", "launch 1"]);
  });

  it("a child that exits while it waits for its end is not counted", () => {
    const given = rules("oneForAll", ["permanent", "permanent", "permanent"]);
    const { done, state } = follow(given, [ended(0), ended(1), ended(2, -15)], running(given));
    expect(done).toEqual(["end 2", "launch 0"]);
    expect(state.restarts.length).toBe(1);
  });

  it("a child that exits while its siblings are restarted restarts them again, and is counted", () => {
    const given = rules("restForOne", ["permanent", "permanent", "permanent"]);
    const events = [ended(1), ended(2, -15), ready(1), ended(0), ended(2, -15), ended(1, -15), ready(0)];
    const { done, state } = follow(given, events, running(given));
    expect(done).toEqual(["end 2", "launch 1", "launch 2", "end 2", "end 1", "launch 0", "launch 1"]);
    expect(state.restarts.length).toBe(2);
  });

  it("the first start that fails ends those that were started, in reverse order", () => {
    const given = rules("oneForOne", ["permanent", "permanent", "permanent"]);
    const events: PlanEvent[] = [{ type: "start" }, ready(0), ready(1), ended(2), ended(1, -15), ended(0, -15)];
    const { done, state } = follow(given, events);
    expect(done.slice(3)).toEqual(["reportEnding", "end 1", "end 0", "reportOver"]);
    expect(state.outcome).toMatchObject({ kind: "unstarted", exit: { exitCode: 1 } });
  });

  it("gives up at the restart after the last allowed one, and counts a restart for exactly withinMs", () => {
    const given = rules("oneForOne", ["permanent"], { maxRestarts: 1, withinMs: 100 });
    const at = (times: number[]) =>
      follow(
        given,
        times.flatMap((ms) => [ended(0, 1, ms), ready(0)]),
        running(given),
      ).state.outcome?.kind;
    expect(at([0, 101, 202, 303])).toBe(undefined);
    expect(at([0, 101, 201])).toBe("gaveUp");
  });

  it("close() during a back-off and during a restart ends the rest and starts none", () => {
    const waiting = rules("oneForOne", [], { children: [child("permanent"), child("permanent", 100)] });
    expect(follow(waiting, [ended(1), { type: "close" }, ended(0, -15)], running(waiting)).done).toEqual([
      "wait 1",
      "reportEnding",
      "cancelWait 1",
      "end 0",
      "reportOver",
    ]);
    const all = rules("oneForAll", ["permanent", "permanent", "permanent"]);
    expect(follow(all, [ended(0), { type: "close" }, ended(2, -15), ended(1, -15)], running(all)).done).toEqual([
      "end 2",
      "reportEnding",
      "end 1",
      "reportOver",
    ]);
  });

  it("the supervisor ends when no child is to be started any more", () => {
    const given = rules("oneForOne", ["transient", "temporary"]);
    const { done, state } = follow(given, [ended(0, 0), ended(1, 1)], running(given));
    expect(done).toEqual(["reportEnding", "reportOver"]);
    expect(state.outcome?.kind).toBe("finished");
  });

  it("keeps its promises for any rules and order of events (seeded)", () => {
    const anyRules = fc.record({
      strategy: fc.constantFrom(...strategies),
      maxRestarts: fc.integer({ min: 0, max: 4 }),
      withinMs: fc.integer({ min: 1, max: 50 }),
      children: fc.array(
        fc.record({ restart: fc.constantFrom(...kinds), longestBackOffMs: fc.constantFrom(null, 0, 10) }),
        { minLength: 1, maxLength: 5 },
      ),
    });
    const choices = fc.array(fc.nat({ max: 1e6 }), { maxLength: 60 });
    fc.assert(
      fc.property(anyRules, choices, fc.boolean(), (given, picks, isClosed) => {
        const world = new PlanWorld(given);
        for (const pick of picks) world.step(pick);
        if (isClosed) world.close();
        world.settle();
      }),
      { seed: 1711, numRuns: 5000 },
    );
  });
});

describe("backOffMs()", () => {
  it("grows by the factor to the longest wait, less a random share", () => {
    const backOff = { initialMs: 100, factor: 2, mostMs: 1000, jitter: 0 };
    expect([1, 2, 3, 4, 5, 9999].map((failures) => backOffMs(backOff, failures, 0.5))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
    expect(backOffMs({ ...backOff, jitter: 0.5 }, 1, 0.5)).toBe(75);
  });

  it("is the same for the same seed", () => {
    const draw = (seed: number) => Array.from({ length: 5 }, randomNumbers(seed));
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(-1).every((number) => number >= 0 && number < 1)).toBe(true);
  });
});
