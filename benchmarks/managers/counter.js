// What every row calls: in a manager, behind bare comlink, and, in Python, of the same shape.
import { parentPort } from "node:worker_threads";

export class Counter {
  #count = 0;

  add(by) {
    this.#count += by;
    return this.#count;
  }
}

// As comlink's own adapter for Node does it, when this file is a worker.
if (parentPort !== null && process.argv[2] === "comlink") {
  const { expose } = await import("comlink");
  const listeners = new Map();
  expose(new Counter(), {
    postMessage: parentPort.postMessage.bind(parentPort),
    addEventListener(_, listener) {
      listeners.set(listener, (data) => listener({ data }));
      parentPort.on("message", listeners.get(listener));
    },
    removeEventListener: (_, listener) => parentPort.off("message", listeners.get(listener)),
  });
}
