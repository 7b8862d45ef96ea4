// Python's `multiprocessing` page, "Connection Objects".

import { Pipe } from "@manyhands/process";

const [a, b] = Pipe();
await a.send([1, "hello", null]);
console.log(await b.recv());
await b.sendBytes(Buffer.from("thank you"));
console.log(Buffer.from(await a.recvBytes()).toString());

const arr1 = Int32Array.from([0, 1, 2, 3, 4]);
const arr2 = new Int32Array(10);
await a.sendBytes(arr1);
const count = await b.recvBytesInto(arr2);
console.log(count === arr1.length * arr1.BYTES_PER_ELEMENT);
console.log([...arr2]);

// Output:
// [ 1, 'hello', null ]
// thank you
// true
// [
//   0, 1, 2, 3, 4,
//   0, 0, 0, 0, 0
// ]
