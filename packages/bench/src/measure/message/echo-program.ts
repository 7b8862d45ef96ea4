// The other side of every transport of Node's: sends back what it gets. The first argument says over what.
import { connect } from "node:net";
import { BroadcastChannel, isMainThread, type MessagePort, parentPort, workerData } from "node:worker_threads";
import { ignoreInterrupts } from "../machine/ignore-interrupts.ts";
import { threadPath } from "../machine/shared-clock.ts";
import { framed } from "./frame-stream.ts";
import { Answers, timeEchoes } from "./transport.ts";

ignoreInterrupts();
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
    parentPort?.on("message", ({ payload, transfer, port, times, channel }) => {
      if (channel !== undefined) echoOnChannel(channel);
      else if (port === undefined) parentPort?.postMessage(payload, transfer ? [payload.buffer] : []);
      else if (times) timeOver(port);
      else port.on("message", (message: unknown) => port.postMessage(message));
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

/** Sends back what others say on a channel, from when the caller hears that it listens. */
function echoOnChannel(name: string): void {
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event: unknown) => channel.postMessage((event as MessageEvent).data);
  parentPort?.postMessage("listening");
}

/** From now on sends over the port what it is given, and tells how long that took and what came back last. */
function timeOver(port: MessagePort): void {
  const answers = new Answers();
  port.on("message", answers.give);
  parentPort?.removeAllListeners("message").on("message", async ({ payload, count, window }) => {
    let answer: unknown;
    const echo = async () => {
      port.postMessage(payload);
      answer = await answers.next();
    };
    const spanNs = await timeEchoes(echo, count, window);
    parentPort?.postMessage({ spanNs, answer: count === 1 ? answer : undefined });
  });
}
