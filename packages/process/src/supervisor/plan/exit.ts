/** How a supervised child came to its end, when its supervisor had not asked it to end. */
export interface ChildExit {
  /** The child's name. */
  readonly child: string;
  /**
   * `"exited"`: it ended by itself or was killed; `"unready"`: it did not report itself ready in time; `"hung"`: its
   * event loop did not answer; `"unstarted"`: it could not be started.
   */
  readonly reason: "exited" | "unready" | "hung" | "unstarted";
  /** As that of a Process; `null` for a supervisor, and for a child that could not be started. */
  readonly exitCode: number | null;
  readonly pid: number | null;
  /** What its target threw, or what kept it from running; `null` after an end without an error. */
  readonly error: unknown;
  /** When it was noticed. */
  readonly at: Date;
  /** How long it had run, in milliseconds. */
  readonly ranMs: number;
}

/** Whether a child has ended as a transient child should: by itself, without an error. */
export function isNormal({ reason, exitCode, error }: ChildExit): boolean {
  return reason === "exited" && (exitCode ?? 0) === 0 && error === null;
}
