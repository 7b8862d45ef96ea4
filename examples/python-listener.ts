// Python's `multiprocessing` page, "Listeners and clients".

import { Client, Listener } from "@manyhands/process";

const authKey = Buffer.from("secret password");
using listener = await new Listener({ address: { host: "127.0.0.1", port: 0 }, authKey }).ready;
const { address } = listener;

async function serve(): Promise<void> {
  using conn = await listener.accept();
  await conn.send([2.25, null, "junk", 4]);
  await conn.sendBytes(Buffer.from("hello"));
  await conn.sendBytes(Buffer.from(Int32Array.of(42, 1729).buffer));
}

const served = serve();
using conn = await Client(address, { authKey });
console.log(await conn.recv());
console.log((await conn.recvBytes()).length);
const arr = new Int32Array(5);
console.log(await conn.recvBytesInto(new Uint8Array(arr.buffer)));
console.log([...arr]);
await served;

// Output:
// [ 2.25, null, 'junk', 4 ]
// 5
// 8
// [ 42, 1729, 0, 0, 0 ]
