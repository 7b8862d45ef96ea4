// Python's `multiprocessing` page, "Process": some of the methods.

import { setTimeout as sleep } from "node:timers/promises";
import { Process } from "@manyhands/process";

const p = new Process(() => sleep(60_000), { startMethod: "spawn" });
console.log(p.isAlive);
p.start();
console.log(p.isAlive);
p.terminate();
await p.join();
console.log(p.isAlive);
console.log(p.exitCode);

// Output:
// false
// true
// false
// -15
