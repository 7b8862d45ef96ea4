import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { BroadcastChannel, MessageChannel, Worker } from "node:worker_threads";
import type { Shape } from "../../base/message-result.ts";
import { shapes } from "./message-sizes.ts";
import { Answers, type Transport, timeEchoes } from "./transport.ts";

const program = new URL("./echo-program.js", import.meta.url);
const binary: readonly Shape[] = ["bytes", "float64"];

/** From one worker to another: the first one sends, and times it. */
const between: Transport = {
  id: "worker worker",
  title: "a MessageChannel between two workers, structured clone",
  family: "node",
  reach: "thread",
  shapes,
  async open() {
    const { port1, port2 } = new MessageChannel();
    const [near, far] = [new Worker(program), new Worker(program)];
    const [[nearPath], [farPath]] = (await Promise.all([once(near, "message"), once(far, "message")])) as [
      [string],
      [string],
    ];
    near.postMessage({ port: port1, times: true }, [port1]);
    far.postMessage({ port: port2 }, [port2]);
    const ask = async (payload: unknown, count: number, window: number) => {
      near.postMessage({ payload, count, window });
      const [answer] = (await once(near, "message")) as [{ spanNs: number; answer: unknown }];
      return answer;
    };
    return {
      nearPath,
      farPath,
      gone: Promise.race([goneOf(near), goneOf(far)]),
      echo: async (payload) => (await ask(payload, 1, 1)).answer,
      trips: async (payload, count, window) => (await ask(payload, count, window)).spanNs,
      close: async () => void (await Promise.all([near.terminate(), far.terminate()])),
    };
  },
};

/** By a channel that everybody hears who knows its name; here that is one other. */
const broadcast: Transport = {
  id: "BroadcastChannel",
  title: "a BroadcastChannel to a worker, structured clone",
  family: "node",
  reach: "thread",
  shapes,
  async open() {
    const name = `manyhands-bench ${randomUUID()}`;
    const worker = new Worker(program);
    const [farPath] = (await once(worker, "message")) as [string];
    const answers = new Answers();
    const channel = new BroadcastChannel(name);
    channel.onmessage = (event: unknown) => answers.give((event as MessageEvent).data);
    worker.postMessage({ channel: name });
    await once(worker, "message");
    const echo = (payload: unknown) => {
      channel.postMessage(payload);
      return answers.next();
    };
    return {
      farPath,
      gone: goneOf(worker),
      echo,
      trips: (payload, count, window) => timeEchoes(() => echo(payload), count, window),
      async close() {
        channel.close();
        await worker.terminate();
      },
    };
  },
};

/** Messages to a worker thread: copied, moved, or through memory that both see. */
export const workerTransports: readonly Transport[] = [
  posting("worker copy", "postMessage, structured clone", shapes, false),
  posting("worker move", "postMessage, transferred buffer", binary, true),
  between,
  broadcast,
  {
    id: "worker memory",
    title: "copied through a SharedArrayBuffer, woken by Atomics",
    family: "node",
    reach: "thread",
    shapes: ["bytes"],
    takesTurns: true,
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
        async trips(payload, count) {
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
    reach: "thread",
    shapes: carried,
    async open() {
      const worker = new Worker(program);
      const [farPath] = (await once(worker, "message")) as [string];
      const answers = new Answers();
      worker.on("message", answers.give);
      const echo = (payload: unknown) => {
        worker.postMessage({ payload, transfer }, transfer ? [(payload as Uint8Array).buffer as ArrayBuffer] : []);
        return answers.next();
      };
      return {
        farPath,
        gone: goneOf(worker),
        // What is moved is gone here, so the caller's own stays out of it.
        echo: (payload) => echo(transfer ? structuredClone(payload) : payload),
        trips(payload, count, window) {
          if (!transfer) return timeEchoes(() => echo(payload), count, window);
          const free = Array.from({ length: window }, () => structuredClone(payload));
          return timeEchoes(async () => void free.push(await echo(free.pop())), count, window);
        },
        close: async () => void (await worker.terminate()),
      };
    },
  };
}

function goneOf(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.once("error", (error) => resolve(String(error)));
    worker.once("exit", (code) => resolve(`exit code ${code}`));
  });
}
