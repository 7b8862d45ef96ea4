import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Shape } from "../base/message-result.ts";
import { shapes } from "./payload.ts";
import { type Transport, timeEchoes } from "./transport.ts";

const program = new URL("./echo-program.js", import.meta.url);
const binary: readonly Shape[] = ["bytes", "float64"];

/** Messages to a worker thread: copied, moved, or through memory that both see. */
export const workerTransports: readonly Transport[] = [
  posting("worker copy", "postMessage, structured clone", shapes, false),
  posting("worker move", "postMessage, transferred buffer", binary, true),
  {
    id: "worker memory",
    title: "copied through a SharedArrayBuffer, woken by Atomics",
    family: "node",
    shapes: ["bytes"],
    async open() {
      const memory = new SharedArrayBuffer(8 + 2 ** 26);
      const worker = new Worker(program, { workerData: memory });
      const [farPath] = (await once(worker, "message")) as [string];
      const words = new Int32Array(memory, 0, 2);
      const bytes = new Uint8Array(memory, 8);
      const give = (turn: number) => {
        Atomics.store(words, 0, turn);
        Atomics.notify(words, 0);
      };
      const echo = (payload: unknown): Uint8Array => {
        const message = payload as Uint8Array;
        bytes.set(message);
        words[1] = message.length;
        give(1);
        while (Atomics.load(words, 0) === 1) Atomics.wait(words, 0, 1);
        return bytes.slice(0, message.length);
      };
      return {
        farPath,
        echo: async (payload) => echo(payload),
        async pingPong(payload, count) {
          const start = process.hrtime.bigint();
          for (let trip = 0; trip < count; trip++) echo(payload);
          return Number(process.hrtime.bigint() - start);
        },
        async close() {
          give(3);
          await once(worker, "exit");
        },
      };
    },
  },
];

function posting(id: string, title: string, carried: readonly Shape[], transfer: boolean): Transport {
  return {
    id,
    title,
    family: "node",
    shapes: carried,
    async open() {
      const worker = new Worker(program);
      const [farPath] = (await once(worker, "message")) as [string];
      const echo = (payload: unknown) =>
        new Promise<unknown>((resolve) => {
          worker.once("message", resolve);
          worker.postMessage({ payload, transfer }, transfer ? [(payload as Uint8Array).buffer as ArrayBuffer] : []);
        });
      return {
        farPath,
        // What is moved is gone here, so the caller's own stays out of it.
        echo: (payload) => echo(transfer ? structuredClone(payload) : payload),
        async pingPong(payload, count) {
          let current = transfer ? structuredClone(payload) : payload;
          return timeEchoes(async () => {
            const answer = await echo(current);
            if (transfer) current = answer;
          }, count);
        },
        close: async () => void (await worker.terminate()),
      };
    },
  };
}
