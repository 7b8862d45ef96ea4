import type { Process } from "../../process/parent/process.ts";
import type { Branch } from "../option/supervised-child-options.ts";
import type { ChildExit } from "../plan/exit.ts";

/** How a child ended. */
export type ChildEnd = Pick<ChildExit, "reason" | "exitCode" | "pid" | "error">;

/** A child of a supervisor from one start to its end: a Process, or a supervisor in this process. */
export interface SupervisedChild {
  readonly process: Process | null;
  readonly branch: Branch | null;
  /** The pid; `null` when it has none, or it is not known yet. */
  readonly pid: number | null;
  /** As that of a control block. */
  readonly threadId: number;
  /** Whether the next child may start at once, rather than when this one is ready. */
  readonly isReadyAtOnce: boolean;
  /** Resolves when the child is ready; never rejects. */
  readonly ready: Promise<void>;
  /** Resolves when the child has ended; never rejects. */
  readonly ended: Promise<ChildEnd>;
  /** Asks the child to end, and kills it when it does not. */
  end(): void;
}
