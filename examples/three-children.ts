// Three children sleep, and their parent waits for them. In Python:
//
//   from multiprocessing import Process                 import { Process } from "@manyhands/process";
//
//   def run_child(seconds):                             async function runChild(seconds: number): Promise<void> {
//     time.sleep(seconds)                                 await sleep(seconds * 1000);
//     print(f"child ({os.getpid()}): finished job")       console.log(`child (${process.pid}): finished job`);
//                                                       }
//   children = []                                       const children = [];
//   for seconds in [0.5] * 3:                           for (const seconds of [0.5, 0.5, 0.5])
//     p = Process(target=run_child, args=(seconds,))      children.push(new Process(runChild, { args: [seconds] }));
//     children.append(p)
//   for child in children: child.start()                for (const child of children) child.start();
//   for child in children: child.join()                 for (const child of children) await child.join();
//
// By default children are threads, which have the pid of their program. With { startMethod: "spawn" } in the options,
// each is a process with a pid of its own.
import { setTimeout as sleep } from "node:timers/promises";
import { Process } from "@manyhands/process";

async function runChild(seconds: number): Promise<void> {
  await sleep(seconds * 1000);
  console.log(`child (${process.pid}): finished job`);
}

const children = [1, 2, 3].map(() => new Process(runChild, { args: [0.5] }));
for (const child of children) child.start();
for (const child of children) await child.join();
console.log(`parent (${process.pid}): finished job`);

// Output:
// child (<pid>): finished job
// child (<pid>): finished job
// child (<pid>): finished job
// parent (<pid>): finished job
