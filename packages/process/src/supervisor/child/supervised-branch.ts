import { markAsBranch } from "../../process/info/supervisor-info.ts";
import type { Branch } from "../option/supervised-child-options.ts";
import type { ChildEnd, SupervisedChild } from "./supervised-child.ts";

/** A child that is a supervisor in this process. */
export class SupervisedBranch implements SupervisedChild {
  readonly process = null;
  readonly pid = null;
  readonly threadId = 0;
  readonly branch: Branch;
  readonly isReadyAtOnce = false;
  readonly ready: Promise<void>;
  readonly ended: Promise<ChildEnd>;

  constructor(branch: Branch) {
    this.branch = branch;
    const end = (error: unknown): ChildEnd => ({ reason: "exited", exitCode: null, pid: null, error });
    const started = branch.start();
    markAsBranch(branch);
    // Never settles when the start fails: the end says so.
    this.ready = new Promise(
      (resolve) =>
        void started.then(
          () => resolve(),
          () => {},
        ),
    );
    this.ended = started.then(() => branch.join()).then(() => end(null), end);
  }

  end(): void {
    void this.branch.close();
  }
}
