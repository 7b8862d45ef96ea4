// Python's `multiprocessing` page, "Contexts and start methods" and "Safe importing of main module".

import { isMain, Process, Queue, setStartMethod } from "@manyhands/process";

async function foo(q: Queue<string>): Promise<void> {
  await q.put("hello");
}

if (isMain(import.meta)) {
  setStartMethod("spawn");
  const q = new Queue<string>();
  const p = new Process(foo, { args: [q] });
  p.start();
  console.log(await q.get());
  await p.join();
}

// Output:
// hello
