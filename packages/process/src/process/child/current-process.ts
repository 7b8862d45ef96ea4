import { Adoption, own } from "../parent/adoption.ts";
import { children, Process } from "../parent/process.ts";

/** The process that this code runs in: in a child the one that was started, in the main process one called `MainProcess`. */
export function currentProcess(): Process {
  own.process ??= Reflect.construct(Process, [new Adoption(null)]) as Process;
  return own.process as Process;
}

/** Makes the child's own Process object, of the class that was started. */
export function becomeCurrent(job: () => unknown, type: unknown): Process {
  // The class's own constructor is not run: it made the parent's object, with side effects that must not happen twice.
  const current = Reflect.construct(Process, [new Adoption(job)], type as typeof Process) as Process;
  own.process = current;
  return current;
}

/** The children of this process that are alive. Those that have ended are reaped, as if joined. */
export function activeChildren(): Process[] {
  return children.active();
}
