// Python's `multiprocessing` page, "Proxy Objects": lists in lists, and what a change of a copy does not change.

import { Manager } from "@manyhands/process";

await using manager = await new Manager().start();

const l = await manager.list(Array.from({ length: 10 }, (_, i) => i * i));
console.log(String(l), await l.get(4), await l.slice(2, 5));

const a = await manager.list<unknown>();
const b = await manager.list<string>();
await a.append(b);
await b.append("hello");
const inner = (await a.get(0)) as typeof b;
console.log(await inner.slice());

// A plain object in a list is a copy for its readers: write it back to change it in the manager.
const outer = await manager.list<Record<string, number>>([{}]);
const d = (await outer.get(0)) as Record<string, number>;
d.a = 1;
d.b = 2;
console.log(await outer.get(0));
await outer.set(0, d);
console.log(await outer.get(0));

// Output:
// Proxy { list } 16 [ 4, 9, 16 ]
// [ 'hello' ]
// {}
// { a: 1, b: 2 }
