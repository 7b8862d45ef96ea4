// Python's `multiprocessing` page, "Sharing state between processes": shared memory.

import { Process, SharedArray, SharedValue } from "@manyhands/process";

function f(n: SharedValue<"d">, a: SharedArray<"i">): void {
  n.value = 2.5;
  for (let i = 0; i < a.length; i++) a.set(i, -a.get(i));
}

const num = new SharedValue("d", 0.0);
const arr = new SharedArray("i", [0, 1, 2, 3, 4]);
const p = new Process(f, { args: [num, arr] });
p.start();
await p.join();
console.log(num.value);
console.log([...arr]);

// Output:
// 2.5
// [ 0, -1, -2, -3, -4 ]
