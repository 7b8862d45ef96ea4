import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { BroadcastChannel, MessageChannel, Worker } from "node:worker_threads";
import type { Shape } from "../../base/message-result.ts";
import { shapes } from "./message-payload.ts";
import { AnswerQueue, type Transport, timeRoundTrips } from "./transport.ts";

const program = new URL("./echo-program.js", import.meta.url);
const binary: readonly Shape[] = ["bytes", "float64"];

/** From one worker to another: the first one sends and measures. */
const workerToWorker: Transport = {
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
      exited: Promise.race([exitOf(near), exitOf(far)]),
      echo: async (payload) => (await ask(payload, 1, 1)).answer,
      roundTrips: async (payload, count, window) => (await ask(payload, count, window)).spanNs,
      close: async () => void (await Promise.all([near.terminate(), far.terminate()])),
    };
  },
};

/** Over a BroadcastChannel with one other subscriber. */
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
    const answers = new AnswerQueue();
    const channel = new BroadcastChannel(name);
    channel.onmessage = (event: unknown) => answers.deliver((event as MessageEvent).data);
    worker.postMessage({ channel: name });
    await once(worker, "message");
    const echo = (payload: unknown) => {
      channel.postMessage(payload);
      return answers.next();
    };
    return {
      farPath,
      exited: exitOf(worker),
      echo,
      roundTrips: (payload, count, window) => timeRoundTrips(() => echo(payload), count, window),
      async close() {
        channel.close();
        await worker.terminate();
      },
    };
  },
};

/** Messages to a worker thread: copied, transferred, or through shared memory. */
export const workerTransports: readonly Transport[] = [
  postingTransport("worker copy", "postMessage, structured clone", shapes, false),
  postingTransport("worker move", "postMessage, transferred buffer", binary, true),
  workerToWorker,
  broadcast,
  {
    id: "worker memory",
    title: "copied through a SharedArrayBuffer, woken by Atomics",
    family: "node",
    reach: "thread",
    shapes: ["bytes"],
    oneAtATime: true,
    async open() {
      const memory = new SharedArrayBuffer(8 + 2 ** 26);
      const worker = new Worker(program, { workerData: memory });
      const [farPath] = (await once(worker, "message")) as [string];
      const words = new Int32Array(memory, 0, 2);
      const bytes = new Uint8Array(memory, 8);
      const setTurn = (turn: number) => {
        Atomics.store(words, 0, turn);
        Atomics.notify(words, 0);
      };
      const echo = (payload: unknown): Uint8Array => {
        const message = payload as Uint8Array;
        bytes.set(message);
        words[1] = message.length;
        setTurn(1);
        while (Atomics.load(words, 0) === 1) Atomics.wait(words, 0, 1);
        return bytes.slice(0, message.length);
      };
      return {
        farPath,
        echo: async (payload) => echo(payload),
        async roundTrips(payload, count) {
          const start = process.hrtime.bigint();
          for (let trip = 0; trip < count; trip++) echo(payload);
          return Number(process.hrtime.bigint() - start);
        },
        async close() {
          setTurn(3);
          await once(worker, "exit");
        },
      };
    },
  },
];

function postingTransport(id: string, title: string, payloadShapes: readonly Shape[], transfer: boolean): Transport {
  return {
    id,
    title,
    family: "node",
    reach: "thread",
    shapes: payloadShapes,
    async open() {
      const worker = new Worker(program);
      const [farPath] = (await once(worker, "message")) as [string];
      const answers = new AnswerQueue();
      worker.on("message", answers.deliver);
      const echo = (payload: unknown) => {
        worker.postMessage({ payload, transfer }, transfer ? [(payload as Uint8Array).buffer as ArrayBuffer] : []);
        return answers.next();
      };
      return {
        farPath,
        exited: exitOf(worker),
        // A transfer detaches the buffer, so the caller's payload is copied first.
        echo: (payload) => echo(transfer ? structuredClone(payload) : payload),
        roundTrips(payload, count, window) {
          if (!transfer) return timeRoundTrips(() => echo(payload), count, window);
          const free = Array.from({ length: window }, () => structuredClone(payload));
          return timeRoundTrips(async () => void free.push(await echo(free.pop())), count, window);
        },
        close: async () => void (await worker.terminate()),
      };
    },
  };
}

function exitOf(worker: Worker): Promise<string> {
  return new Promise((resolve) => {
    worker.once("error", (error) => resolve(String(error)));
    worker.once("exit", (code) => resolve(`exit code ${code}`));
  });
}
