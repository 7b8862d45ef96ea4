// Watches a process go through the states that operating-systems courses draw: new → ready → running ⇄ waiting → zombie → terminated.
import { Process, type ProcessState } from "@manyhands/process";

async function work(): Promise<void> {
  const { setTimeout: sleep } = await import("node:timers/promises");
  const until = Date.now() + 300;
  while (Date.now() < until);
  await sleep(300);
}

const child = new Process(work, { startMethod: "spawn" });
const seen: ProcessState[] = [child.state];
const look = () => {
  if (child.state !== seen.at(-1)) seen.push(child.state);
};

child.start();
while (child.isAlive) {
  look();
  await new Promise((resolve) => setTimeout(resolve, 1));
}
look();
await child.join();
look();

// A process may be taken off its processor at any moment, so running and waiting may come more than once.
const once = [...new Set(seen)];
console.log(once.join(" → "));

// Output:
// new → ready → running → waiting → zombie → terminated
