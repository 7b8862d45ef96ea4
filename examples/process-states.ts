// Watches a process go through the states that operating-systems courses draw: new → ready → running ⇄ waiting → zombie → terminated.
import { setTimeout as sleep } from "node:timers/promises";
import { Process, type ProcessState } from "@manyhands/process";

async function work(): Promise<void> {
  const until = Date.now() + 300;
  while (Date.now() < until);
  await sleep(300);
}

const child = new Process(work, { startMethod: "spawn" });
const seen = new Set<ProcessState>([child.state]);

child.start();
while (child.isAlive) {
  seen.add(child.state);
  await new Promise((resolve) => setTimeout(resolve, 1));
}
seen.add(child.state);
await child.join();
seen.add(child.state);

// Running and waiting come more than once, and either may be seen first: they are told in the order of the course.
const course: ProcessState[] = ["new", "ready", "running", "waiting", "zombie", "terminated"];
console.log(course.filter((state) => seen.has(state)).join(" → "));

// Output:
// new → ready → running → waiting → zombie → terminated
