// Python's `multiprocessing` page, "Shared ctypes Objects" and `multiprocessing.sharedctypes`: numbers, text and
// points in shared memory. A list of structures is an array of their fields.

import { Process, SharedArray, SharedValue } from "@manyhands/process";

const n = new SharedValue("i16", 7);
const x = new SharedValue("f64", 3.5);
const s = new SharedArray("char", Buffer.from("hello world"));
const points = new SharedArray("f64", [1.875, -6.25, -5.75, 2.0, 2.375, 9.5]);
const counter = new SharedValue("i32", 0);

async function modify(): Promise<void> {
  n.value **= 2;
  x.value **= 2;
  s.value = Buffer.from(Buffer.from(s.value).toString().toUpperCase());
  for (let i = 0; i < points.length; i++) points.typed[i] = (points.typed[i] as number) ** 2;
  // Reading and writing are two steps: the lock makes them one.
  for (let i = 0; i < 100; i++) await counter.lock.hold(() => counter.value++);
}

const p = new Process(modify);
p.start();
for (let i = 0; i < 100; i++) await counter.lock.hold(() => counter.value++);
await p.join();
console.log(n.value, x.value, Buffer.from(s.value).toString());
console.log(points.slice());
console.log(counter.value);

// Output:
// 49 12.25 HELLO WORLD
// [ 3.515625, 39.0625, 33.0625, 4, 5.640625, 90.25 ]
// 200
