// Python's `multiprocessing` page, "Sharing state between processes": a server process.

import { Manager, Process } from "@manyhands/process";

await using manager = await new Manager().start();
const d = await manager.dict<string | number, unknown>();
const l = await manager.list([0, 1, 2, 3, 4]);

async function f(dict: typeof d, list: typeof l): Promise<void> {
  await dict.set(1, "1");
  await dict.set("2", 2);
  await dict.set(0.25, null);
  await list.reverse();
}

const p = new Process(f, { args: [d, l] });
p.start();
await p.join();
console.log([...(await d.copy())]);
console.log(await l.copy());

// Output:
// [ [ 1, '1' ], [ '2', 2 ], [ 0.25, null ] ]
// [ 4, 3, 2, 1, 0 ]
