// Python's `multiprocessing` page, "Process Pools": results at once, in order and with a time limit.

import { setTimeout as sleep } from "node:timers/promises";
import { Pool, TimeoutError } from "@manyhands/process";

const f = (x: number) => x * x;

await using pool = new Pool({ processes: 4 });
const result = pool.applyAsync(f, [10]);
console.log(await result.get({ timeoutMs: 60_000 }));
console.log(await pool.map(f, [0, 1, 2, 3, 4]));

const it = pool.imap(f, [0, 1, 2, 3, 4]);
console.log((await it.next()).value);
console.log((await it.next()).value);
console.log((await it.next({ timeoutMs: 60_000 })).value);
for await (const _ of it) break;

const slow = pool.applyAsync((ms: number) => sleep(ms), [60_000]);
await slow.get({ timeoutMs: 10 }).catch((error) => console.log(error instanceof TimeoutError));

// Output:
// 100
// [ 0, 1, 4, 9, 16 ]
// 0
// 1
// 4
// true
