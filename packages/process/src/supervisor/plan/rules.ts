/** Which children are started again when one has exited. */
export type Strategy = "oneForOne" | "oneForAll" | "restForOne";

/** Whether a child that has exited is started again: always, after an abnormal end, or never. */
export type RestartKind = "permanent" | "transient" | "temporary";

/** What a plan needs to know about a child. */
export interface ChildRule {
  readonly restart: RestartKind;
  /** Longest wait before a restart, in milliseconds; `null` when it is started again at once. */
  readonly longestBackOffMs: number | null;
}

/** What is fixed about a supervisor. */
export interface Rules {
  readonly strategy: Strategy;
  /** The supervisor gives up when more restarts than this are due within `withinMs`. */
  readonly maxRestarts: number;
  readonly withinMs: number;
  /** In the order of starting. */
  readonly children: readonly ChildRule[];
}

/** Whether the restart of a child restarts another one as well. */
export function restartsToo(strategy: Strategy, child: number, other: number): boolean {
  if (child === other) return true;
  return strategy === "oneForAll" || (strategy === "restForOne" && other > child);
}
