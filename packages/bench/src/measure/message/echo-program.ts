// The far side of every transport that Node provides: sends back each message. The first argument names the transport.
import { connect } from "node:net";
import { BroadcastChannel, isMainThread, type MessagePort, parentPort, workerData } from "node:worker_threads";
import { ignoreInterrupts } from "../machine/ignore-interrupts.ts";
import { threadProcPath } from "../machine/thread-times.ts";
import { frameStream } from "./frame-stream.ts";
import { AnswerQueue, timeRoundTrips } from "./transport.ts";

ignoreInterrupts();
const [, , transport = "", path = ""] = process.argv;

if (!isMainThread) echoInThread();
else if (transport === "ipc") process.on("message", (message) => process.send?.(message));
else if (transport === "stdio") echoFrames(process.stdin, process.stdout);
else {
  const socket = connect(path);
  echoFrames(socket, socket);
}

function echoFrames(readable: NodeJS.ReadStream | ReturnType<typeof connect>, writable: NodeJS.WritableStream): void {
  const send = frameStream(readable as NodeJS.ReadStream, writable as NodeJS.WriteStream, (message) => send(message));
}

function echoInThread(): void {
  parentPort?.postMessage(threadProcPath());
  if (workerData === undefined) {
    parentPort?.on("message", ({ payload, transfer, port, times, channel }) => {
      if (channel !== undefined) echoOnChannel(channel);
      else if (port === undefined) parentPort?.postMessage(payload, transfer ? [payload.buffer] : []);
      else if (times) sendOver(port);
      else port.on("message", (message: unknown) => port.postMessage(message));
    });
    return;
  }
  const words = new Int32Array(workerData as SharedArrayBuffer, 0, 2);
  const bytes = new Uint8Array(workerData as SharedArrayBuffer, 8);
  // Word 0 is the turn: 0 none yet, 1 the thread's, 2 the caller's, 3 end the thread. Word 1: bytes of the message.
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

/** Sends back every message of a channel. Reports "listening" first, so that the caller loses no message. */
function echoOnChannel(name: string): void {
  const channel = new BroadcastChannel(name);
  channel.onmessage = (event: unknown) => channel.postMessage((event as MessageEvent).data);
  parentPort?.postMessage("listening");
}

/**
 * Replaces the echo: on request, sends messages over the port, and replies with their duration and the last answer.
 */
function sendOver(port: MessagePort): void {
  const answers = new AnswerQueue();
  port.on("message", answers.deliver);
  parentPort?.removeAllListeners("message").on("message", async ({ payload, count, window }) => {
    let answer: unknown;
    const echo = async () => {
      port.postMessage(payload);
      answer = await answers.next();
    };
    const spanNs = await timeRoundTrips(echo, count, window);
    parentPort?.postMessage({ spanNs, answer: count === 1 ? answer : undefined });
  });
}
