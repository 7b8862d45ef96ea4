// Watches a process go through the states that operating-systems courses draw: new → ready → running ⇄ waiting → zombie → terminated.
import { setTimeout as sleep } from "node:timers/promises";
import { getContext, type ProcessState } from "@manyhands/process";

const { Process, SharedEvent } = getContext("spawn");
const rest = new SharedEvent();
const leave = new SharedEvent();

async function work(): Promise<void> {
  while (!rest.isSet); // computes, on a processor
  await leave.wait(); // has nothing to compute
}

const child = new Process(work);

/** Looks until the child is in a state; Linux alone tells those that have begun apart. */
async function see(state: ProcessState): Promise<void> {
  while (child.state !== state) await sleep(1);
  console.log(state);
}

await see("new");
child.start();
await see("ready");
await see("running");
rest.set();
await see("waiting");
leave.set();
await see("zombie");
await child.join();
await see("terminated");

// Output:
// new
// ready
// running
// waiting
// zombie
// terminated
