// Shows the states of a process as in operating-systems courses:
// new → ready → running ⇄ waiting → zombie → terminated.
import { setTimeout as sleep } from "node:timers/promises";
import { getContext, type ProcessState } from "@manyhands/process";

const { Process, SharedEvent } = getContext("spawn");
const stopComputing = new SharedEvent();
const exit = new SharedEvent();

async function work(): Promise<void> {
  while (!stopComputing.isSet); // running: computes on a processor
  await exit.wait(); // waiting: has nothing to compute
}

const child = new Process(work);

/** Waits until the child is in a state. Only Linux distinguishes the states of a running program. */
async function waitForState(state: ProcessState): Promise<void> {
  while (child.state !== state) await sleep(1);
  console.log(state);
}

await waitForState("new");
child.start();
await waitForState("ready");
await waitForState("running");
stopComputing.set();
await waitForState("waiting");
exit.set();
await waitForState("zombie");
await child.join();
await waitForState("terminated");

// Output:
// new
// ready
// running
// waiting
// zombie
// terminated
