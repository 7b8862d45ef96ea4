import { children, current, Process } from "../parent/process.ts";
import { CurrentRole } from "../parent/process-role.ts";

/**
 * The process that runs this code: in a child the one that was started, in the main process one named `MainProcess`.
 */
export function currentProcess(): Process {
  current.process ??= Reflect.construct(Process, [new CurrentRole(null)]) as Process;
  return current.process;
}

/** Makes the child's own Process object, of the class that was started. */
export function becomeCurrent(job: () => unknown, type: unknown): Process {
  // The subclass's constructor is not run: it ran in the parent, and its side effects must not happen twice.
  const self = Reflect.construct(Process, [new CurrentRole(job)], type as typeof Process) as Process;
  current.process = self;
  return self;
}

/** The children of this process that are alive. Those that have ended are reaped, as if joined. */
export function activeChildren(): Process[] {
  return children.active();
}
