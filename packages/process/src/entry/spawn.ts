// The program that a spawned child runs. Its channel is on descriptor 3, and the first message there tells it what to do.
import { LateChannel } from "../channel/late-channel.ts";
import { runChild } from "../process/child/run-child.ts";
import type { Boot } from "../process/info/start-message.ts";

const channel = new LateChannel(3);
const boot = channel.first() as Boot | undefined;
if (boot !== undefined) void runChild(channel, boot);
