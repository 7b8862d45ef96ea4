// Python's `multiprocessing` page, "Synchronization between processes".

import { Lock, Process } from "@manyhands/process";

const f = (l: Lock, i: number) => l.hold(() => console.log("hello world", i));

const lock = new Lock();
const children = [0, 1, 2, 3].map((num) => new Process(f, { args: [lock, num] }).start());
for (const child of children) await child.join();

// Output, in any order:
// hello world 0
// hello world 1
// hello world 2
// hello world 3
