// Python's `multiprocessing.shared_memory` page: SharedMemory, and a manager of shared memory.

import { Manager, Process, type ShareableList, SharedMemory } from "@manyhands/process";

let name: string;
{
  using shmA = new SharedMemory({ create: true, size: 10 });
  name = shmA.name;
  shmA.buffer.set([22, 33, 44, 55]);
  using shmB = new SharedMemory({ name });
  console.log([...shmB.buffer.subarray(0, 5)]);
  shmB.buffer.set(Buffer.from("howdy"));
  console.log(Buffer.from(shmA.buffer.subarray(0, 5)).toString());
}
try {
  new SharedMemory({ name });
} catch (error) {
  console.log((error as Error).name);
}

await using smm = await new Manager().start();
const sl = await smm.shareableList(Array.from({ length: 2000 }, (_, i) => i));
function double(list: ShareableList, from: number, to: number): void {
  for (let i = from; i < to; i++) list.set(i, (list.get(i) as number) * 2);
}
const halves = [0, 1000].map((from) => new Process(double, { args: [sl, from, from + 1000] }).start());
for (const half of halves) await half.join();
console.log(sl.get(999), sl.get(-1));

// Output:
// [ 22, 33, 44, 55, 0 ]
// howdy
// FileNotFoundError
// 1998 3998
