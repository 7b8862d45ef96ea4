/** The method by which a lock learns that a caller died without a word. */
export const handOn: unique symbol = Symbol("hand on");

/** What somebody may hold. */
export interface Lockable {
  /** What this caller held is free again. */
  [handOn](caller: object): void;
}
