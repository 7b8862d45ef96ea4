// The program that a spawned child runs. Descriptor 3 is its channel, and the first message on it is the start message.
import { LazyChannel } from "../channel/lazy-channel.ts";
import { runChild } from "../process/child/run-child.ts";
import type { StartMessage } from "../process/info/start-message.ts";
import { runsOwnProgram } from "../start/child/started-by.ts";

runsOwnProgram();
const channel = new LazyChannel(3);
const message = channel.readFirst() as StartMessage | undefined;
if (message !== undefined) void runChild(channel, message);
