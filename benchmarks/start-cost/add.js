// The question to a child, for all ways to start one.
import { isMainThread, parentPort, workerData } from "node:worker_threads";

export function add(a, b) {
  return a + b;
}

// A bare Worker, and a program started by `child_process.fork`, answer and end.
if (!isMainThread && Array.isArray(workerData)) parentPort.postMessage(add(...workerData));
else if (process.argv[2] === "answer") {
  process.once("message", ([a, b]) => process.send(add(a, b), () => process.disconnect()));
}
