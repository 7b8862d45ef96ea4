// Python's `multiprocessing` page, "Introduction": data parallelism with Pool.

import { Pool } from "@manyhands/process";

const f = (x: number) => x * x;

await using pool = new Pool(5);
console.log(await pool.map(f, [1, 2, 3]));

// Output:
// [ 1, 4, 9 ]
