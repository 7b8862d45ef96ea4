// Sends work to a child that is written in Python, through a socket that only this user can open. The messages have
// the format of Python's multiprocessing, and each side proves to the other that it has the key.
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { Listener } from "@manyhands/process";

const program = `
import json, os
from multiprocessing.connection import Client

with Client(os.environ["ADDRESS"], authkey=bytes.fromhex(os.environ["KEY"])) as connection:
    while (numbers := json.loads(connection.recv_bytes())) is not None:
        connection.send_bytes(json.dumps(sum(n * n for n in numbers)).encode())
`;

const authKey = randomBytes(32);
using listener = await new Listener({ authKey, serializer: "json" }).ready;
const env = { ...process.env, ADDRESS: String(listener.address), KEY: authKey.toString("hex") };
const child = spawn("python3", ["-c", program], { env, stdio: "inherit" });
using connection = await listener.accept({ timeoutMs: 10_000 });

for (const numbers of [[1, 2, 3], [], [10]]) {
  await connection.send(numbers);
  console.log(`squares of ${JSON.stringify(numbers)} add up to ${await connection.recv()}`);
}
await connection.send(null);
child.once("exit", (code) => console.log(`the child in Python ended with ${code}`));

// Output:
// squares of [1,2,3] add up to 14
// squares of [] add up to 0
// squares of [10] add up to 100
// the child in Python ended with 0
