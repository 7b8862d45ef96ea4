// What a child is asked, by whichever way it was made.
import { isMainThread, parentPort, workerData } from "node:worker_threads";

export function add(a, b) {
  return a + b;
}

// A bare Worker, and a program that `child_process.fork` started, answer and are done.
if (!isMainThread && Array.isArray(workerData)) parentPort.postMessage(add(...workerData));
else if (process.argv[2] === "answer") {
  process.once("message", ([a, b]) => process.send(add(a, b), () => process.disconnect()));
}
