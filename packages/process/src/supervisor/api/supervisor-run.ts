import type { AnyFunction } from "../../callable/form/target.ts";
import { Process } from "../../process/parent/process.ts";
import { SupervisedBranch } from "../child/supervised-branch.ts";
import type { ChildEnd, SupervisedChild } from "../child/supervised-child.ts";
import { SupervisedProcess } from "../child/supervised-process.ts";
import type { ChildOptions } from "../option/supervised-child-options.ts";
import type { SupervisorEvent } from "../option/supervisor-options.ts";
import { type BackOff, backOffMs } from "../plan/back-off.ts";
import type { ChildExit } from "../plan/exit.ts";
import { plan } from "../plan/plan.ts";
import { randomNumbers } from "../plan/random-numbers.ts";
import type { Rules } from "../plan/rules.ts";
import { type Action, initialState, type Outcome, type PlanEvent, type State } from "../plan/state.ts";

const defaultBackOff: BackOff = { initialMs: 100, factor: 2, mostMs: 30_000, jitter: 0.2 };

/** A child of a run, started or not. */
interface Slot {
  readonly options: ChildOptions;
  readonly backOff: BackOff;
  readonly random: () => number;
  current: SupervisedChild | null;
  /** When the current start began, in milliseconds since the start of this process. */
  startedAtMs: number;
  starts: number;
  timer: NodeJS.Timeout | undefined;
}

/** Reports what happens to a run. */
interface Listener {
  onEvent(event: Omit<SupervisorEvent, "supervisor">): void;
  onStarted(): void;
  onEnding(outcome: Outcome): void;
  onOver(): void;
  isSupervisor(value: unknown): boolean;
}

/** Does what the plan of a supervisor decides: starts, ends and watches its children. */
export class SupervisorRun {
  readonly #rules: Rules;
  readonly #slots: readonly Slot[];
  readonly #listener: Listener;
  readonly #events: PlanEvent[] = [];
  #state: State;
  #isBusy = false;
  #restarts = 0;

  constructor(rules: Rules, children: readonly ChildOptions[], listener: Listener) {
    this.#rules = rules;
    this.#state = initialState(rules);
    this.#slots = children.map((options) => ({
      options,
      backOff: backOffOf(options),
      random: randomNumbers(options.backOff?.seed ?? Math.random() * 2 ** 32),
      current: null,
      startedAtMs: 0,
      starts: 0,
      timer: undefined,
    }));
    this.#listener = listener;
  }

  get phase(): State["phase"] {
    return this.#state.phase;
  }

  /** How many restarts were due since the start. */
  get restarts(): number {
    return this.#restarts;
  }

  /** The children in the order of starting. */
  get children(): { slot: Readonly<Slot>; status: State["children"][number]["status"] }[] {
    return this.#slots.map((slot, i) => ({ slot, status: this.#state.children[i]?.status ?? "over" }));
  }

  /** Plans what follows an event, and does it. */
  dispatch(event: PlanEvent): void {
    this.#events.push(event);
    // What is done below may cause further events.
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        const before = this.#state.restarts.at(-1);
        const { state, actions } = plan(this.#rules, this.#state, next);
        this.#state = state;
        if (state.restarts.at(-1) !== before) this.#restarts += 1;
        for (const action of actions) this.#do(action);
      }
    } finally {
      this.#isBusy = false;
    }
  }

  #do(action: Action): void {
    switch (action.type) {
      case "launch":
        this.#launch(action.child);
        break;
      case "end":
        this.#slot(action.child).current?.end();
        break;
      case "wait":
        this.#wait(action.child, action.failures);
        break;
      case "cancelWait":
        clearTimeout(this.#slot(action.child).timer);
        break;
      case "reportStarted":
        this.#listener.onStarted();
        break;
      case "reportEnding":
        this.#listener.onEnding(action.outcome);
        break;
      case "reportOver":
        this.#listener.onOver();
    }
  }

  #slot(child: number): Slot {
    return this.#slots[child] as Slot;
  }

  #launch(child: number): void {
    const slot = this.#slot(child);
    slot.startedAtMs = performance.now();
    slot.starts += 1;
    let current: SupervisedChild;
    try {
      current = start(slot.options, this.#listener.isSupervisor);
    } catch (error) {
      // Later, so that a child that can never start does not block the event loop.
      const end: ChildEnd = { reason: "unstarted", exitCode: null, pid: null, error };
      setImmediate(() => this.#ended(child, end));
      return;
    }
    slot.current = current;
    this.#report(slot.starts === 1 ? "started" : "restarted", slot);
    void current.ready.then(() => {
      if (slot.current !== current) return;
      this.#report("ready", slot);
      this.dispatch({ type: "ready", child });
    });
    void current.ended.then((end) => this.#ended(child, end));
    if (current.isReadyAtOnce) this.dispatch({ type: "ready", child });
  }

  #ended(child: number, end: ChildEnd): void {
    const slot = this.#slot(child);
    const now = performance.now();
    const exit: ChildExit = { child: slot.options.name, ...end, at: new Date(), ranMs: now - slot.startedAtMs };
    const wasAsked = this.#state.children[child]?.status === "ending";
    this.#report(wasAsked ? "ended" : "exited", slot, wasAsked ? {} : { exit });
    slot.current = null;
    this.dispatch({ type: "ended", child, exit, atMs: now });
  }

  #wait(child: number, failures: number): void {
    const slot = this.#slot(child);
    const ms = backOffMs(slot.backOff, failures, slot.random());
    slot.timer = setTimeout(() => this.dispatch({ type: "backOffOver", child }), ms);
  }

  #report(edge: SupervisorEvent["edge"], slot: Slot, more: Pick<SupervisorEvent, "exit"> = {}): void {
    const { options, current, starts } = slot;
    const pid = more.exit?.pid ?? current?.pid ?? null;
    this.#listener.onEvent({ edge, child: options.name, pid, restarts: Math.max(0, starts - 1), ...more });
  }
}

function backOffOf({ backOff = {} }: ChildOptions): BackOff {
  const { seed: _, ...given } = backOff;
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const filled = { ...defaultBackOff, ...defined };
  return { ...filled, mostMs: backOff.mostMs ?? Math.max(filled.mostMs, filled.initialMs) };
}

/**
 * Starts a child.
 *
 * @throws {TypeError} when the function that makes it returns something else; what `start()` throws.
 */
function start(options: ChildOptions, isSupervisor: Listener["isSupervisor"]): SupervisedChild {
  if ("supervisor" in options) {
    const branch = options.supervisor();
    if (isSupervisor(branch)) return new SupervisedBranch(branch);
    throw new TypeError(
      `Cannot start ${options.name}: supervisor() returned no Supervisor; return a new one that is not started`,
    );
  }
  if ("create" in options) {
    const child = options.create();
    if (child instanceof Process) return new SupervisedProcess(child, options);
    throw new TypeError(
      `Cannot start ${options.name}: create() returned no Process; return a new one that is not started`,
    );
  }
  const { target, name, restart: _, backOff: _1, endSignal, graceMs, readyTimeoutMs, heartbeatMs, ...given } = options;
  const child = new Process<AnyFunction>({ ...given, target, name });
  return new SupervisedProcess(child, { endSignal, graceMs, readyTimeoutMs, heartbeatMs });
}
