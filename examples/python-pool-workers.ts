// Python's `multiprocessing` page, "Using a pool of workers".

import { setTimeout as sleep } from "node:timers/promises";
import { Pool, TimeoutError } from "@manyhands/process";

const f = (x: number) => x * x;

await using pool = new Pool(4);
console.log(await pool.map(f, [0, 1, 2, 3]));

const unordered: number[] = [];
for await (const i of pool.imapUnordered(f, [0, 1, 2, 3])) unordered.push(i);
console.log(unordered.sort((a, b) => a - b));

const res = pool.applyAsync(f, [20]);
console.log(await res.get({ timeoutMs: 60_000 }));

const slow = pool.applyAsync((ms: number) => sleep(ms), [60_000]);
try {
  console.log(await slow.get({ timeoutMs: 100 }));
} catch (error) {
  if (error instanceof TimeoutError) console.log("We lacked patience and got a TimeoutError");
  else throw error;
}

// Output:
// [ 0, 1, 4, 9 ]
// [ 0, 1, 4, 9 ]
// 400
// We lacked patience and got a TimeoutError
