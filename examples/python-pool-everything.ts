// Python's `multiprocessing` page, "Examples": what a Pool does with results, errors, limits, callbacks and its end.

import { setTimeout as sleep } from "node:timers/promises";
import { Pool, TimeoutError } from "@manyhands/process";

const mul = (a: number, b: number) => a * b;
const plus = (a: number, b: number) => a + b;
const pow3 = (x: number) => x ** 3;
type Task = readonly [func: typeof mul, a: number, b: number];
const calculate = ([func, a, b]: Task) => `${func.name}(${a}, ${b}) = ${func(a, b)}`;

function f(x: number): number {
  if (x === 5) throw new RangeError("division by zero");
  return 1 / (x - 5);
}

const pool = new Pool(4);
const tasks: Task[] = [
  [mul, 3, 7],
  [plus, 3, 8],
];

const results = tasks.map((task) => pool.applyAsync(calculate, [task]));
for (const result of results) console.log(await result.get());
for await (const text of pool.imap(calculate, tasks)) console.log(text);
console.log(await pool.map(calculate, tasks));

const numbers = Array.from({ length: 10_000 }, (_, i) => i);
const cubes = await pool.map(pow3, numbers, { chunkSize: 1250 });
console.log(cubes.every((cube, i) => cube === pow3(i)));

for (const call of [() => pool.apply(f, [5]), () => pool.map(f, [0, 5, 9])])
  await call().catch((error) => console.log(error.name, error.message));

const it = pool.imap(f, [0, 5, 9]);
console.log((await it.next()).value);
await it.next().catch((error) => console.log(error.name));
console.log((await it.next()).value, (await it.next()).done);

const slow = pool.applyAsync((ms: number) => sleep(ms, "done"), [200]);
await slow.get({ timeoutMs: 1 }).catch((error) => console.log(error instanceof TimeoutError));
console.log(await slow.get());

const collected: number[] = [];
await pool.apply(mul, [7, 8]).then((value) => collected.push(value));
await pool.map(pow3, [0, 1, 2]).then((values) => collected.push(...values));
console.log(collected);

const last = pool.applyAsync((ms: number) => sleep(ms, "last"), [50]);
await pool.close();
await pool.join();
console.log(await last.get());

const second = new Pool(2);
const abandoned = Array.from({ length: 100 }, () => second.applyAsync((ms: number) => sleep(ms), [60_000]));
second.terminate();
await second.join();
console.log(
  (await Promise.allSettled(abandoned.map((each) => each.get()))).every(({ status }) => status === "rejected"),
);

// Output:
// mul(3, 7) = 21
// plus(3, 8) = 11
// mul(3, 7) = 21
// plus(3, 8) = 11
// [ 'mul(3, 7) = 21', 'plus(3, 8) = 11' ]
// true
// RangeError division by zero
// RangeError division by zero
// -0.2
// RangeError
// 0.25 true
// true
// done
// [ 56, 0, 1, 8 ]
// last
// true
