// Python's `multiprocessing` page, "Exchanging objects between processes": Pipes.

import { type Connection, Pipe, Process } from "@manyhands/process";

async function f(conn: Connection): Promise<void> {
  await conn.send([42, null, "hello"]);
  conn.close();
}

const [parent, child] = Pipe();
const p = new Process(f, { args: [child] });
p.start();
console.log(await parent.recv());
await p.join();
parent.close();
child.close();

// Output:
// [ 42, null, 'hello' ]
