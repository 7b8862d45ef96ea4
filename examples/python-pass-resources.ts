// Python's `multiprocessing` page, "Explicitly pass resources to child processes". A captured lock is sent as well.

import { Lock, Process } from "@manyhands/process";

const lock = new Lock();
const work = (l: Lock, i: number) => l.hold(() => console.log("working", i));

for (let i = 0; i < 3; i++) new Process(work, { args: [lock, i] }).start();
new Process(() => lock.hold(() => console.log("working", 3))).start();

// Output, in any order:
// working 0
// working 1
// working 2
// working 3
