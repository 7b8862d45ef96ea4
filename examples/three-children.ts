// Three children that each sleep, and a parent that waits for them. In Python:
//
//   from multiprocessing import Process                 import { Process } from "@manyhands/process";
//   children = [Process(target=run_child, args=(s,))    const children = [0.3, 0.2, 0.1].map((s) => new Process(runChild, { args: [s] }));
//               for s in (0.3, 0.2, 0.1)]
//   for child in children: child.start()                for (const child of children) child.start();
//   for child in children: child.join()                 for (const child of children) await child.join();
import { setTimeout as sleep } from "node:timers/promises";
import { currentProcess, Process } from "@manyhands/process";

async function runChild(seconds: number): Promise<void> {
  await sleep(seconds * 1000);
  console.log(`child ${currentProcess().name}: slept ${seconds} s`);
}

const children = [0.9, 0.5, 0.1].map((seconds) => new Process(runChild, { args: [seconds] }));
for (const child of children) child.start();
for (const child of children) await child.join();
console.log(`parent: all ${children.length} have finished`);

// Output:
// child Process-3: slept 0.1 s
// child Process-2: slept 0.5 s
// child Process-1: slept 0.9 s
// parent: all 3 have finished
