// The program that a thread child runs.
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { PortChannel } from "../channel/port-channel.ts";
import { runChild } from "../process/child/run-child.ts";
import type { Boot } from "../process/info/start-message.ts";

if (workerData !== undefined) begin(workerData as MessagePort);
else {
  // A spare, which is nobody's child yet.
  parentPort?.once("message", begin);
  parentPort?.postMessage("ready");
}

function begin(port: MessagePort): void {
  const boot = receiveMessageOnPort(port)?.message as Boot;
  void runChild(new PortChannel(port), boot);
}
