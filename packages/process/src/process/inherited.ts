import type { Channel } from "../channel/channel.ts";
import type { Target } from "../target/target.ts";
import type { Boot } from "./message.ts";

/** What a child that inherits everything runs, as it stands in its memory. */
export interface Inherited {
  readonly target: Target | undefined;
  readonly args: readonly unknown[];
  /** The Process itself, when its class overrides `run()`. */
  readonly subclass: object | null;
}

/** Lives the life of a child that inherits everything; `entry/fork` has it. */
export type RunInherited = (
  channel: Channel,
  given: Pick<Boot, "identity" | "argv">,
  inherited: Inherited,
) => Promise<void>;
