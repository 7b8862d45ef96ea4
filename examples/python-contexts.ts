// Python's `multiprocessing` page, "Contexts and start methods".

import { getContext } from "@manyhands/process";

const ctx = getContext("spawn");
const q = new ctx.Queue<string>();
const p = new ctx.Process((queue: typeof q) => queue.put("hello"), { args: [q] });
p.start();
console.log(await q.get());
await p.join();
console.log(String(ctx));

// Output:
// hello
// SpawnContext
