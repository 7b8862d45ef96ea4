import type { AnyFunction, Target } from "../../callable/form/target.ts";
import type { Process } from "../../process/parent/process.ts";
import type { ProcessOptions } from "../../process/parent/process-options.ts";
import type { BackOff } from "../plan/back-off.ts";
import type { RestartKind } from "../plan/rules.ts";

/** A signal that asks a child to end. */
export type EndSignal = "SIGTERM" | "SIGINT" | "SIGHUP" | "SIGQUIT" | "SIGUSR1" | "SIGUSR2" | "SIGKILL";

/** The wait before a restart. It grows with each exit in a row. */
export interface BackOffOptions extends Partial<BackOff> {
  /** The first wait, in milliseconds, ≥ 0. Default: 100. */
  readonly initialMs?: number;
  /** By how much the wait grows with each exit in a row, ≥ 1. Default: 2. */
  readonly factor?: number;
  /**
   * The longest wait, in milliseconds. A child that has run for longer starts again with the first wait. Default:
   * 30 000.
   */
  readonly mostMs?: number;
  /** The share of a wait that is random, 0…1, so that many children do not start at once. Default: 0.2. */
  readonly jitter?: number;
  /** Determines the random share. Default: another one for each child. */
  readonly seed?: number;
}

interface RestartOptions {
  /** The child's name; differs from those of its siblings. */
  readonly name: string;
  /**
   * When it is started again: `"permanent"` always, `"transient"` after an abnormal end, `"temporary"` never. An end is
   * normal when its exit code is 0. Default: `"permanent"`.
   */
  readonly restart?: RestartKind;
  /** The wait before a restart. Default: none, it is started again at once. */
  readonly backOff?: BackOffOptions;
}

interface SupervisionOptions extends RestartOptions {
  /**
   * Asks the child to end. `"SIGINT"` interrupts it as `interrupt()` does, which lets a thread end in order too; any
   * other signal ends a thread at once. Default: `"SIGTERM"`.
   */
  readonly endSignal?: EndSignal;
  /** How long it may take to end before it is killed, in milliseconds; `0` kills it at once. Default: 5000. */
  readonly graceMs?: number;
  /**
   * The child calls `currentProcess().ready()` within this time, in milliseconds. The next child starts after that. A
   * child that does not is killed. Default: the child is ready when it is started.
   */
  readonly readyTimeoutMs?: number;
  /**
   * How often the child's event loop must answer, in milliseconds. A child whose event loop is blocked for twice this
   * time is killed. Default: it is not asked.
   */
  readonly heartbeatMs?: number;
}

/** A child that is made of a function. It takes the options of a Process too; `args` are copied at each start. */
export type TargetChild<F extends AnyFunction = AnyFunction> = SupervisionOptions &
  Omit<ProcessOptions, "args" | "name" | "signal" | "transferList"> & {
    /** What the child runs, as that of a Process. */
    readonly target: Target<F>;
  } & ([] extends Parameters<F>
    ? { readonly args?: Readonly<Parameters<F>> }
    : { readonly args: Readonly<Parameters<F>> });

/** A child that a function makes at each start. */
export interface CreatedChild extends SupervisionOptions {
  /** Makes a Process that is not started. */
  readonly create: () => Process;
}

/** A supervisor that is a child of another one, in the same process. It is ready when all of its children are. */
export interface BranchChild extends RestartOptions {
  /** Makes a supervisor that is not started. */
  readonly supervisor: () => Branch;
}

/** The part of a Supervisor that its parent uses. */
export interface Branch {
  start(): Promise<unknown>;
  join(): Promise<unknown>;
  close(): Promise<void>;
}

/** What a supervisor knows of a child: how it is made, started again and ended. */
export type ChildOptions<F extends AnyFunction = AnyFunction> = TargetChild<F> | CreatedChild | BranchChild;
