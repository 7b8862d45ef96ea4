// The program that a thread child runs.
import { type MessagePort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { PortChannel } from "../channel/port-channel.ts";
import type { Boot } from "../process/message.ts";
import { runChild } from "../process/run-child.ts";

const port = workerData as MessagePort;
const boot = receiveMessageOnPort(port)?.message as Boot;
void runChild(new PortChannel(port), boot);
