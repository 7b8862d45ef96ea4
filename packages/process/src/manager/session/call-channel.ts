import type { Channel } from "../../channel/channel.ts";

/** What calls need of a channel. */
export type CallChannel = Omit<Channel, "poll" | "isFlushed"> & Partial<Pick<Channel, "poll">>;
