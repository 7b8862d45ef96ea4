import type { Target } from "../../callable/form/target.ts";
import type { Channel } from "../../channel/channel.ts";
import type { Boot } from "./start-message.ts";

/** What a child that inherits everything runs, as it stands in its memory. */
export interface Inherited {
  readonly target: Target | undefined;
  readonly args: readonly unknown[];
  /** Makes the Process that was started the child's own. @param job runs the target. */
  become(job: () => unknown): { run(): unknown };
}

/** Lives the life of a child that inherits everything. */
export type RunInherited = (
  channel: Channel,
  given: Pick<Boot, "identity" | "argv">,
  inherited: Inherited,
) => Promise<void>;

/**
 * Who does that, set by what is loaded in every program: the child loads nothing, since what would load it may be a thread, which stayed
 * with the parent.
 */
export const inheriting: { run: RunInherited | null } = { run: null };
