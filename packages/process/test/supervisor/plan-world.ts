import { expect } from "vitest";
import type { ChildExit } from "../../src/supervisor/plan/exit.ts";
import { plan } from "../../src/supervisor/plan/plan.ts";
import type { Rules } from "../../src/supervisor/plan/rules.ts";
import { type Action, initialState, type PlanEvent, type State } from "../../src/supervisor/plan/state.ts";

type Life = "none" | "starting" | "up" | "ending" | "waiting";

/**
 * Children as a plan sees them. It does what the plan decides, lets children become ready and exit as the caller picks,
 * and checks what the documentation promises; it knows nothing of how the plan decides.
 */
export class PlanWorld {
  readonly #rules: Rules;
  #state: State;
  readonly #lives: Life[];
  /** Whether each child was ready once, or has ended. */
  readonly #wasStarted: boolean[];
  /** When restarts were due, those that no longer count included. */
  readonly #restarts: number[] = [];
  #isOver = false;
  #nowMs = 0;

  constructor(rules: Rules) {
    this.#rules = rules;
    this.#state = initialState(rules);
    this.#lives = rules.children.map(() => "none");
    this.#wasStarted = rules.children.map(() => false);
    this.#apply({ type: "start" });
  }

  /** Lets one of the possible things happen. */
  step(pick: number): void {
    const possible = this.#possible();
    this.#nowMs += pick % 7;
    possible[pick % possible.length]?.();
  }

  close(): void {
    this.#apply({ type: "close" });
  }

  /** Lets everything become ready or end, without further exits, and checks where that leads. */
  settle(): void {
    for (let steps = 0; ; steps++) {
      expect(steps).toBeLessThan(1000);
      const quiet = this.#lives.findIndex((life) => life === "starting" || life === "ending" || life === "waiting");
      if (quiet < 0) break;
      const life = this.#lives[quiet];
      if (life === "ending") this.#end(quiet, -15);
      else if (life === "starting") this.#becomeReady(quiet);
      else this.#stopWaiting(quiet);
    }
    const left = this.#lives.filter((life) => life !== "none");
    if (this.#isOver) expect({ left, phase: this.#state.phase }).toEqual({ left: [], phase: "over" });
    else {
      expect(this.#state.phase).toBe("running");
      expect(left.length).toBeGreaterThan(0);
      this.#rules.children.forEach(({ restart }, i) => {
        if (restart === "permanent") expect(this.#lives[i]).toBe("up");
      });
    }
  }

  #possible(): (() => void)[] {
    return this.#lives.flatMap((life, i) => {
      if (life === "starting") return [() => this.#becomeReady(i), () => this.#end(i, 1), () => this.#end(i, 0)];
      if (life === "up") return [() => this.#end(i, 1), () => this.#end(i, 0)];
      if (life === "ending") return [() => this.#end(i, -15)];
      return life === "waiting" ? [() => this.#stopWaiting(i)] : [];
    });
  }

  #becomeReady(child: number): void {
    this.#lives[child] = "up";
    this.#wasStarted[child] = true;
    this.#apply({ type: "ready", child });
  }

  #stopWaiting(child: number): void {
    this.#lives[child] = "none";
    this.#apply({ type: "backOffOver", child });
  }

  #end(child: number, exitCode: number): void {
    const error = exitCode === 0 ? null : "any";
    const exit: ChildExit = { child: "any", reason: "exited", exitCode, pid: 1, error, at: new Date(0), ranMs: 5 };
    const before = this.#state.restarts;
    this.#lives[child] = "none";
    this.#wasStarted[child] = true;
    this.#apply({ type: "ended", child, exit, atMs: this.#nowMs });
    if (this.#state.restarts !== before) this.#restarts.push(this.#nowMs);
    this.#checkLimit();
  }

  // The supervisor gives up exactly when more restarts than allowed lie within the period.
  #checkLimit(): void {
    const due = this.#restarts.filter((at) => at >= this.#nowMs - this.#rules.withinMs).length;
    const { outcome } = this.#state;
    if (outcome?.kind === "gaveUp") expect(outcome.exits.length).toBe(this.#rules.maxRestarts + 1);
    else if (outcome === null) expect(due).toBeLessThanOrEqual(this.#rules.maxRestarts);
  }

  #apply(event: PlanEvent): void {
    const planned = plan(this.#rules, this.#state, event);
    this.#state = planned.state;
    for (const action of planned.actions) this.#do(action);
  }

  #do(action: Action): void {
    expect(this.#isOver).toBe(false);
    switch (action.type) {
      case "launch":
        this.#checkLaunch(action.child);
        this.#lives[action.child] = "starting";
        break;
      case "end":
        expect(["starting", "up"]).toContain(this.#lives[action.child]);
        expect(this.#lives).not.toContain("ending");
        // Those that end together do so in reverse order: a later child that is alive belongs to no restart.
        if (this.#rules.strategy !== "oneForOne" || this.#state.phase === "ending")
          expect(this.#lives.slice(action.child + 1).filter((life) => life === "starting" || life === "up")).toEqual(
            [],
          );
        this.#lives[action.child] = "ending";
        break;
      case "wait":
        expect(this.#lives[action.child]).toBe("none");
        this.#lives[action.child] = "waiting";
        break;
      case "cancelWait":
        expect(this.#lives[action.child]).toBe("waiting");
        this.#lives[action.child] = "none";
        break;
      case "reportOver":
        expect(this.#lives.every((life) => life === "none")).toBe(true);
        this.#isOver = true;
    }
  }

  #checkLaunch(child: number): void {
    expect(this.#state.outcome).toBe(null);
    expect(this.#lives[child]).toBe("none");
    expect(this.#lives).not.toContain("ending");
    expect(this.#wasStarted.slice(0, child)).not.toContain(false);
    if (this.#rules.strategy === "oneForOne") return;
    expect(this.#lives.slice(0, child)).not.toContain("starting");
    expect(this.#lives.slice(child + 1).filter((life) => life === "starting" || life === "up")).toEqual([]);
  }
}
