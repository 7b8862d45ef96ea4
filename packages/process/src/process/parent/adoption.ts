/** What a child's own Process object is made of, in the child: it describes the process that it is in. */
export class Adoption {
  /** Runs the target; `null` when the class overrides `run()`, or there is no target. */
  readonly job: (() => unknown) | null;

  constructor(job: (() => unknown) | null) {
    this.job = job;
  }
}

/** This process's own Process object, once it has one. */
export const own: { process: object | null } = { process: null };
