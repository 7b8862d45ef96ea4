// The throughput from one producer to one consumer, and the round-trip time: our queues compared with Node's channels
// and Python's queues.
//
// Usage: node memory/queues.js [rounds]
import { fork } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { getContext, Process } from "@manyhands/process";
import { gate, notJudged, printTable, printTitle } from "../answer.js";
import { interleaveTook, median, ratio } from "../measure.js";
import { startPython } from "./python.js";

const peer = new URL("peer.js", import.meta.url);
const portPeer = new URL("port-peer.js", import.meta.url);
const rounds = Number(process.argv[2] ?? 9);
const values = 40_000;
const trips = 4000;
const buffers = 1500;
const small = (id) => ({ id, name: "worker", args: [1, 2, 3] });
const sumOfIds = (values * (values - 1)) / 2;
const bytes = Buffer.alloc(64 * 1024, 1);

const check = ({ count, sum }, wanted, total) => {
  if (count !== wanted || sum !== total)
    throw new Error(`lost or doubled: ${count} of ${wanted}, sum ${sum} of ${total}`);
};

function queuesOf(startMethod) {
  const { Queue, SimpleQueue } = getContext(startMethod);
  const [jobs, answers, requests, replies] = [new Queue(2000), new SimpleQueue(), new SimpleQueue(), new SimpleQueue()];
  const start = (name, ...args) => new Process({ module: peer, name }, { startMethod, args }).start();
  const children = [start("consume", jobs, answers), start("echo", requests, replies)];
  return {
    async send(count, make, total) {
      for (let i = 0; i < count; i++) jobs.putSync(make(i));
      jobs.putSync(null);
      check(await answers.get(), count, total);
    },
    trip() {
      for (let i = 0; i < trips; i++) {
        requests.putSync(i);
        if (replies.getSync() !== i) throw new Error("another's reply");
      }
    },
    async end() {
      await jobs.put("end");
      await requests.put("end");
      await Promise.all(children.map((child) => child.join()));
    },
  };
}

function nodes(child, send) {
  const answer = async () => (await once(child, "message"))[0];
  return {
    async send(count, make, total) {
      for (let i = 0; i < count; i++) send(make(i));
      const answered = answer();
      send(null);
      check(await answered, count, total);
    },
    trip: () =>
      new Promise((resolve, reject) => {
        let i = 0;
        const next = (value) => {
          if (value.i !== i) reject(new Error("another's reply"));
          i += 1;
          if (i < trips) send({ echo: true, i });
          else {
            child.off("message", next);
            resolve();
          }
        };
        child.on("message", next);
        send({ echo: true, i });
      }),
  };
}

const threads = queuesOf("thread");
const spawned = queuesOf("spawn");
const worker = new Worker(portPeer);
const port = nodes(worker, (value) => worker.postMessage(value));
const forked = fork(portPeer, { serialization: "advanced" });
const ipc = nodes(forked, (value) => forked.send(value));

const python = startPython();
const timed = (row) => async () => {
  const began = performance.now();
  await row();
  return performance.now() - began;
};

const samples = await interleaveTook(
  {
    "thread Queue, small": timed(() => threads.send(values, small, sumOfIds)),
    "MessagePort, small": timed(() => port.send(values, small, sumOfIds)),
    "thread Queue, round trip": timed(() => threads.trip()),
    "MessagePort, round trip": timed(() => port.trip()),
    "process Queue, small": timed(() => spawned.send(values, small, sumOfIds)),
    "Node IPC advanced, small": timed(() => ipc.send(values, small, sumOfIds)),
    "process Queue, 64 KiB": timed(() => spawned.send(buffers, () => bytes, buffers * bytes.length)),
    "Node IPC advanced, 64 KiB": timed(() => ipc.send(buffers, () => bytes, buffers * bytes.length)),
    "process Queue, round trip": timed(() => spawned.trip()),
    "Node IPC advanced, round trip": timed(() => ipc.trip()),
    ...(python && { "Python's Queue, small": () => python.took("queue", values) }),
  },
  { rounds },
);
worker.postMessage("end");
forked.send("end");
await Promise.all([threads.end(), spawned.end(), once(worker, "exit"), once(forked, "exit"), python?.end()]);

printTitle(
  `${values.toLocaleString("en")} small objects, ${buffers} buffers of 64 KiB, ${trips} round trips; ${rounds} rounds, interleaved.`,
);
const each = (row) => (row.includes("trip") ? trips : row.includes("KiB") ? buffers : values);
printTable(
  ["row", "µs each, median", "a second"],
  Object.entries(samples).map(([row, times]) => {
    const one = (median(times) / each(row)) * 1000;
    return [row, one.toFixed(2), Math.round(1e6 / one).toLocaleString("en")];
  }),
);
const againstPython = "thread Queue / Python's Queue, small objects";
if (python) gate(againstPython, ratio(samples, "thread Queue, small", "Python's Queue, small"), 1 / 3);
else notJudged(againstPython, 1 / 3, "python3 is not installed");
gate("thread Queue / MessagePort, small objects", ratio(samples, "thread Queue, small", "MessagePort, small"), 1 / 1.3);
gate(
  "thread Queue / MessagePort, round trip",
  ratio(samples, "thread Queue, round trip", "MessagePort, round trip"),
  0.5,
);
gate(
  "process Queue / Node IPC advanced, small objects",
  ratio(samples, "process Queue, small", "Node IPC advanced, small"),
  1 / 3,
);
gate(
  "process Queue / Node IPC advanced, 64 KiB",
  ratio(samples, "process Queue, 64 KiB", "Node IPC advanced, 64 KiB"),
  1 / 2,
);
