// The program that a thread child runs.
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { PortChannel } from "../channel/port-channel.ts";
import { runChild } from "../process/child/run-child.ts";
import type { StartMessage } from "../process/info/start-message.ts";

if (workerData !== undefined) begin(workerData as MessagePort);
else {
  // A spare thread: the port arrives when it becomes a child.
  parentPort?.once("message", begin);
  parentPort?.postMessage("ready");
}

function begin(port: MessagePort): void {
  const message = receiveMessageOnPort(port)?.message as StartMessage;
  void runChild(new PortChannel(port), message);
}
