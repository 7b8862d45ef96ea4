// How fast values go from one producer to one consumer, and how long a round trip takes: our queues against what Node
// brings and against Python's.
//
// Usage: node memory/queues.js [rounds]
import { fork, spawnSync } from "node:child_process";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { getContext, Process } from "@manyhands/process";
import { gate, notJudged, printTable, printTitle } from "../answer.js";
import { interleave, median, ratio } from "../measure.js";

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

const samples = await interleave(
  {
    "thread Queue, small": () => threads.send(values, small, sumOfIds),
    "MessagePort, small": () => port.send(values, small, sumOfIds),
    "thread Queue, round trip": () => threads.trip(),
    "MessagePort, round trip": () => port.trip(),
    "process Queue, small": () => spawned.send(values, small, sumOfIds),
    "Node IPC advanced, small": () => ipc.send(values, small, sumOfIds),
    "process Queue, 64 KiB": () => spawned.send(buffers, () => bytes, buffers * bytes.length),
    "Node IPC advanced, 64 KiB": () => ipc.send(buffers, () => bytes, buffers * bytes.length),
    "process Queue, round trip": () => spawned.trip(),
    "Node IPC advanced, round trip": () => ipc.trip(),
  },
  { rounds },
);
worker.postMessage("end");
forked.send("end");
await Promise.all([threads.end(), spawned.end(), once(worker, "exit"), once(forked, "exit")]);

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
const python = spawnSync("python3", ["-c", pythonQueue()], { encoding: "utf8" });
const againstPython = "thread Queue / Python's Queue, small objects";
if (python.status === 0) {
  gate(againstPython, (median(samples["thread Queue, small"]) / values / 1000) * Number(python.stdout), 1 / 3);
} else notJudged(againstPython, 1 / 3, "there is no python3 here");
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

function pythonQueue() {
  return `
import multiprocessing as mp, time
def consume(q, a):
    for _ in range(3):
        for _ in range(20000): q.get()
        a.put(1)
if __name__ == "__main__":
    q, a = mp.Queue(), mp.Queue()
    p = mp.Process(target=consume, args=(q, a)); p.start()
    rates = []
    for r in range(3):
        t = time.perf_counter()
        for i in range(20000): q.put({"id": i, "name": "worker", "args": [1, 2, 3]})
        a.get(); rates.append(20000 / (time.perf_counter() - t))
    p.join(); print(sorted(rates)[1])
`;
}
