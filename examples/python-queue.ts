// Python's `multiprocessing` page, "Exchanging objects between processes": Queues.

import { Process, Queue } from "@manyhands/process";

const q = new Queue<unknown>();
const p = new Process((queue: typeof q) => queue.put([42, null, "hello"]), { args: [q] });
p.start();
console.log(await q.get());
await p.join();

// Output:
// [ 42, null, 'hello' ]
