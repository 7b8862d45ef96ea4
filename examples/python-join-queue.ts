// Python's `multiprocessing` page, "Joining processes that use queues": a child ends when its items are on the queue.
// A large item does not fill a pipe here: it is stored in shared memory, so either order of the last lines works.

import { Process, Queue } from "@manyhands/process";

const queue = new Queue<string>();
const p = new Process(() => queue.put("X".repeat(1_000_000)));
p.start();
await p.join();
const item = await queue.get();
console.log(item.length);

// Output:
// 1000000
