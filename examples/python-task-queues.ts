// Python's `multiprocessing` page, "Examples": queues that feed tasks to workers and collect the results.

import { currentProcess, Process, Queue } from "@manyhands/process";

type Task = { readonly func: (a: number, b: number) => number; readonly args: [number, number] };

async function worker(input: Queue<Task>, output: Queue<string>): Promise<void> {
  for await (const { func, args } of input) {
    await output.put(`${currentProcess().name.replace(/\d+/, "N")}: ${func.name}(${args}) = ${func(...args)}`);
  }
}

const mul = (a: number, b: number) => a * b;
const plus = (a: number, b: number) => a + b;

const [tasks, done] = [new Queue<Task>(), new Queue<string>()];
for (let i = 0; i < 3; i++) await tasks.put({ func: mul, args: [i, 7] });
const workers = Array.from({ length: 4 }, () => new Process(worker, { args: [tasks, done] }).start());
for (let i = 0; i < 2; i++) await tasks.put({ func: plus, args: [i, 8] });
tasks.shutdown(); // in place of a "STOP" for each worker
for (const each of workers) await each.join();
done.shutdown();
for await (const line of done) console.log(line);

// Output, in any order:
// Process-N: mul(0,7) = 0
// Process-N: mul(1,7) = 7
// Process-N: mul(2,7) = 14
// Process-N: plus(0,8) = 8
// Process-N: plus(1,8) = 9
