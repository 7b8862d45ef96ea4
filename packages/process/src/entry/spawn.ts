// The program that a spawned child runs. Its channel is on descriptor 3, and the first message there tells it what to do.
import { Socket } from "node:net";
import { StreamChannel } from "../channel/stream-channel.ts";
import type { Boot } from "../process/message.ts";
import { runChild } from "../process/run-child.ts";

const channel = new StreamChannel(new Socket({ fd: 3 }));
channel.ref(true);
channel.receive((boot: Boot) => {
  channel.ref(false);
  void runChild(channel, boot);
});
