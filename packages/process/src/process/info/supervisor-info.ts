import { onForkInChild } from "../../posix/fork/fork-hooks.ts";

/** The state of a supervised child; see `Supervisor.children()`. */
export type SupervisedState = "down" | "starting" | "running" | "ending" | "waiting" | "ended";

/** A supervisor in a control block, with all that are below it in the same process. */
export interface SupervisorInfo {
  readonly name: string;
  readonly strategy: string;
  /** How many restarts were due since its start. */
  readonly restarts: number;
  readonly children: readonly SupervisedInfo[];
}

/** A supervised child in a control block. */
export interface SupervisedInfo {
  readonly name: string;
  readonly state: SupervisedState;
  /** How often it was started again. */
  readonly restarts: number;
  /** `null` for a supervisor, and for a child that does not run. */
  readonly pid: number | null;
  /** As in the control block of that process. */
  readonly threadId: number;
  /** The child itself, when it is a supervisor that runs. */
  readonly supervisor: SupervisorInfo | null;
}

interface Listed {
  readonly info: () => SupervisorInfo;
  readonly isBranch: boolean;
}

const supervisors = new Map<object, Listed>();
onForkInChild(() => supervisors.clear());

/** Lists a supervisor of this process that starts. */
export function listSupervisor(supervisor: object, info: () => SupervisorInfo): void {
  supervisors.set(supervisor, { info, isBranch: false });
}

/** Notes that a supervisor is the child of another one, which shows it. */
export function markAsBranch(supervisor: object): void {
  const listed = supervisors.get(supervisor);
  if (listed !== undefined) supervisors.set(supervisor, { ...listed, isBranch: true });
}

/** Removes a supervisor that has ended. */
export function unlistSupervisor(supervisor: object): void {
  supervisors.delete(supervisor);
}

/** A supervisor that runs; `null` when it does not. */
export function supervisorInfo(supervisor: object): SupervisorInfo | null {
  return supervisors.get(supervisor)?.info() ?? null;
}

/** The supervisors of this process that run and are below no other; `null` when there are none. */
export function supervisorInfos(): SupervisorInfo[] | null {
  const roots = [...supervisors.values()].filter(({ isBranch }) => !isBranch);
  return roots.length === 0 ? null : roots.map(({ info }) => info());
}
