// The other side of every transport of Node's: sends back what it gets. The first argument says over what.
import { readlinkSync } from "node:fs";
import { connect } from "node:net";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { framed } from "./frame-stream.ts";

const [, , way = "", path = ""] = process.argv;

if (!isMainThread) echoInThread();
else if (way === "ipc") process.on("message", (message) => process.send?.(message));
else if (way === "stdio") echoFrames(process.stdin, process.stdout);
else {
  const socket = connect(path);
  echoFrames(socket, socket);
}

function echoFrames(readable: NodeJS.ReadStream | ReturnType<typeof connect>, writable: NodeJS.WritableStream): void {
  const send = framed(readable as NodeJS.ReadStream, writable as NodeJS.WriteStream, (message) => send(message));
}

function echoInThread(): void {
  parentPort?.postMessage(threadPath());
  if (workerData === undefined) {
    parentPort?.on("message", ({ payload, transfer }) => {
      parentPort?.postMessage(payload, transfer ? [payload.buffer] : []);
    });
    return;
  }
  const words = new Int32Array(workerData as SharedArrayBuffer, 0, 2);
  const bytes = new Uint8Array(workerData as SharedArrayBuffer, 8);
  // Word 0: 0 nobody's, 1 for the thread, 2 for the caller, 3 to end. Word 1: bytes of the message.
  for (;;) {
    Atomics.wait(words, 0, 0);
    Atomics.wait(words, 0, 2);
    const turn = Atomics.load(words, 0);
    if (turn === 3) return;
    if (turn !== 1) continue;
    const message = bytes.slice(0, words[1]);
    bytes.set(message);
    Atomics.store(words, 0, 2);
    Atomics.notify(words, 0);
  }
}

/** Where the system keeps this thread's account. */
function threadPath(): string {
  try {
    return `/proc/${readlinkSync("/proc/thread-self")}`;
  } catch {
    return "";
  }
}
