/** Supervision as in Erlang/OTP: keeps children running, restarts those that exit, and ends them in order. */
export { type SupervisedChildState, Supervisor } from "./supervisor/api/supervisor.ts";
export { ChildStartError, RestartLimitError } from "./supervisor/api/supervisor-error.ts";
export type {
  BackOffOptions,
  BranchChild,
  ChildOptions,
  CreatedChild,
  EndSignal,
  TargetChild,
} from "./supervisor/option/supervised-child-options.ts";
export type { SupervisorEvent, SupervisorOptions } from "./supervisor/option/supervisor-options.ts";
export type { ChildExit } from "./supervisor/plan/exit.ts";
export type { RestartKind, Strategy } from "./supervisor/plan/rules.ts";
