// Python's `multiprocessing` page, "Using a remote manager": a queue that other programs reach by an address.

import { type Address, Manager, Process, Queue } from "@manyhands/process";

const authKey = Buffer.from("abracadabra");
const server = new Manager({ address: { host: "127.0.0.1", port: 0 }, authKey });
await using _ = await server.start();
const queue = await server.queue<string>();
await queue.put("hello");
console.log(await queue.get());

// A client of the same address, as another program would be.
const client = await new Manager({ address: server.address as Address, authKey }).connect();
console.log(await (await client.list(["from", "a", "client"])).pop());
await client[Symbol.asyncDispose]();

// A queue of a program may also be served to others: put from a child, read here.
const local = new Queue<string>();
const child = new Process((q: typeof local) => q.put("from a child"), { args: [local] }).start();
console.log(await local.get());
await child.join();

// Output:
// hello
// client
// from a child
