// The object that every row calls: in a manager, and behind bare comlink. Python has the same class.
import { parentPort } from "node:worker_threads";

export class Counter {
  #count = 0;

  add(by) {
    this.#count += by;
    return this.#count;
  }
}

// As in comlink's adapter for Node, when this file runs as a worker.
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
