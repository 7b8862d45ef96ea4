// The same exchanges over Node's own channels: a Worker's port, or the IPC of a child process.
import { parentPort } from "node:worker_threads";

const send = parentPort ? (value) => parentPort.postMessage(value) : (value) => process.send(value);
let count = 0;
let sum = 0;
const receive = (value) => {
  if (value === "end") {
    if (parentPort) parentPort.close();
    else process.disconnect();
  } else if (value === null) {
    send({ count, sum });
    count = 0;
    sum = 0;
  } else if (value.echo === true) send(value);
  else {
    count += 1;
    sum += value.id ?? value.byteLength;
  }
};
if (parentPort) parentPort.on("message", receive);
else process.on("message", receive);
