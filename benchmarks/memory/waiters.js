// Does a hand-over cost the same for 2 waiters as for 200? Each primitive with few and with many, beside Python's.
//
// Children are started before, and wait before the clock starts; what ends them comes after it has stopped.
//
// Usage: node memory/waiters.js [rounds] [counts, such as 2,64,200] [process|thread] [work…]
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { getContext, Process } from "@manyhands/process";
import { gate, notJudged, printTable, printText, printTitle } from "../answer.js";
import { interleaveTook, median, ratio } from "../measure.js";

const rounds = Number(process.argv[2] ?? 7);
const counts = (process.argv[3] ?? "2,8,32,64,200").split(",").map(Number);
const kinds = process.argv[4] ? [process.argv[4]] : ["process", "thread"];
const asked = process.argv.slice(5);
const [fewest, most] = [counts.at(0), counts.at(-1)];
const peer = new URL("waiters-peer.js", import.meta.url);
const own = { ready: 0, done: 1, stop: 2, token: 3, answer: 4 };

/**
 * How many operations a round has at least, and for each waiter: with fewer, it would measure how the code of a new
 * process becomes warm. For those that wake all waiters, how often a round wakes them.
 */
const operations = {
  put: { least: 3200, each: 100 },
  "put, async": { least: 3200, each: 100 },
  get: { least: 640, each: 10 },
  "get, async": { least: 640, each: 10 },
  lock: { least: 64_000, each: 2000 },
  semaphore: { least: 6400, each: 100 },
  pipe: { least: 640, each: 10 },
  condition: { least: 640, each: 10 },
  event: { times: 4 },
  join: { times: 4 },
  barrier: { times: 4 },
};
/** Python has no promises, and each end of its pipes one reader. */
const onlyOurs = /async|pipe/;
/** Waits of which the longest is measured. */
const timed = ["put", "get", "semaphore", "condition"];
/** Of the waiters, so many read one end of a pipe, which has at most 64 holders. */
const mostReaders = 32;
const works = Object.keys(operations).filter((work) => asked.length === 0 || asked.includes(work));
const totalOf = (work, n) => {
  const { least, each, times } = operations[work.replace("bare ", "")];
  return n * (times ?? Math.max(each, Math.floor(least / n)));
};

/** The processor time of these processes in ms. */
function cpuMs(pids) {
  let total = 0;
  for (const pid of pids)
    for (const task of readdirSync(`/proc/${pid}/task`)) {
      try {
        total += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]);
      } catch {
        // The thread has ended.
      }
    }
  return total / 1e6;
}

/** A ratio times a factor, with its interval. */
const scaled = (ratio, factor) =>
  Object.fromEntries(Object.entries(ratio).map(([name, figure]) => [name, figure * factor]));

/** Gives a queue a value that is not finished, unless it has one. */
function begin(queue) {
  if (queue.unfinished > 0) return;
  queue.putSync(1);
  queue.getSync();
}

/** Named pipes: one by which each waiter is woken, one for their answers. */
function createPipes() {
  const folder = mkdtempSync(join(tmpdir(), "waiters-"));
  const paths = ["answers", ...Array(most).keys()].map((name) => join(folder, String(name)));
  execFileSync("mkfifo", paths);
  const [answers, ...wakers] = paths.map((path) => openSync(path, "r+"));
  return { folder, answers, wakers };
}

async function startOurs(startMethod) {
  const api = getContext(startMethod);
  const pipes = startMethod === "thread" ? undefined : createPipes();
  const shared = {
    bounded: new api.Queue(50),
    jobs: new api.SimpleQueue(),
    answers: new api.SimpleQueue(),
    ended: new api.SimpleQueue(),
    lock: new api.Lock(),
    semaphore: new api.Semaphore(2),
    condition: new api.Condition(),
    finished: new api.Semaphore(0),
    events: [new api.SharedEvent(), new api.SharedEvent()],
    joinables: [new api.JoinableQueue(), new api.JoinableQueue()],
    pipe: api.Pipe(),
    longest: new api.SharedArray("f64", most, { lock: false }),
    barriers: Object.fromEntries(counts.map((n) => [n, new api.Barrier(n + 1)])),
    words: new api.SharedArray("i32", 16, { lock: false }),
    folder: pipes?.folder,
  };
  const controls = [];
  const children = [];
  for (let i = 0; i < most; i++) {
    const control = new api.SimpleQueue();
    controls.push(control);
    const args = [i, control, { ...shared, pipe: i < mostReaders ? shared.pipe : undefined }];
    children.push(new Process({ module: peer, name: "wait" }, { startMethod, args }).start());
    if (i % 8 === 7) await sleep(50);
  }
  const pids = startMethod === "thread" ? [process.pid] : [process.pid, ...children.map(({ pid }) => pid)];
  const words = shared.words.typed;
  const settle = async (ready) => {
    while (Atomics.load(words, own.ready) < ready) await sleep(2);
    await sleep(20);
  };
  return {
    async run(work, n) {
      const total = totalOf(work, n);
      const times = total / n;
      words.fill(0);
      for (const event of shared.events) event.clear();
      for (const queue of shared.joinables) begin(queue);
      if (work === "lock") shared.lock.acquireSync();
      if (work === "semaphore") for (let i = 0; i < 2; i++) shared.semaphore.acquireSync();
      for (const control of controls.slice(0, n)) control.putSync({ work, times, total });
      await settle(n);
      const before = cpuMs(pids.slice(0, n + 1));
      let took;
      const began = performance.now();
      if (work.startsWith("put")) {
        let sum = 0;
        for (let i = 0; i < total; i++) sum += shared.bounded.getSync();
        const wanted = (times * 100_000 * n * (n - 1)) / 2 + (n * times * (times - 1)) / 2;
        if (sum !== wanted) throw new Error(`${work}: the sum is ${sum}, not ${wanted}`);
      } else if (work.startsWith("get")) {
        for (let i = 0; i < total; i++) {
          shared.jobs.putSync(i);
          if (shared.answers.getSync() !== i) throw new Error(`${work}: another's answer`);
        }
      } else if (work === "pipe") {
        const [end] = shared.pipe;
        for (let i = 0; i < total; i++) {
          end.sendSync(i);
          if (end.recvSync() !== i) throw new Error(`${work}: another's answer`);
        }
      } else if (work === "bare get" && pipes) {
        const byte = Buffer.alloc(1);
        for (let i = 0; i < total; i++) {
          writeSync(pipes.wakers[i % n], byte.fill(i));
          readSync(pipes.answers, byte);
          if (byte[0] !== i % 256) throw new Error(`${work}: another's answer`);
        }
      } else if (work === "bare get") {
        for (let i = 1; i <= total; i++) {
          Atomics.store(words, own.token, i);
          Atomics.notify(words, own.token, 1);
          for (let seen = i - 1; seen !== i; seen = Atomics.load(words, own.answer))
            Atomics.wait(words, own.answer, seen);
        }
      } else if (work === "condition") {
        for (let i = 0; i < total; i++) {
          shared.condition.acquireSync();
          shared.condition.notify();
          shared.condition.release();
          shared.answers.getSync();
        }
      } else if (work === "lock" || work === "semaphore") {
        for (let i = 0; i < (work === "lock" ? 1 : 2); i++) shared[work].release();
        shared.finished.acquireSync();
      } else {
        took = 0;
        for (let i = 0; i < times; i++) {
          if (i > 0) {
            await settle(n * (i + 1));
            shared.events[(i + 1) % 2].clear();
            begin(shared.joinables[(i + 1) % 2]);
          }
          const start = performance.now();
          if (work === "event") shared.events[i % 2].set();
          else if (work === "join") shared.joinables[i % 2].taskDone();
          else shared.barriers[n].waitSync();
          shared.finished.acquireSync();
          took += performance.now() - start;
        }
      }
      took ??= performance.now() - began;
      const spent = cpuMs(pids.slice(0, n + 1)) - before;
      if (work.startsWith("get")) for (let i = 0; i < n; i++) shared.jobs.putSync(-1);
      if (work === "pipe") for (let i = 0; i < n; i++) shared.pipe[0].sendSync(-1);
      if (work === "bare get" && pipes) {
        words[own.stop] = 1;
        for (const waker of pipes.wakers.slice(0, n)) writeSync(waker, "x");
      } else if (work === "bare get") {
        Atomics.store(words, own.token, -1);
        Atomics.notify(words, own.token);
      }
      if (work === "condition") {
        words[own.stop] = 1;
        await shared.condition.hold(() => shared.condition.notifyAll());
      }
      for (let i = 0; i < n; i++) await shared.ended.get();
      if ((work === "lock" || work === "semaphore") && words[own.done] !== total)
        throw new Error(`${work}: ${words[own.done]} of ${total} operations`);
      const longest = [...shared.longest.typed.subarray(0, n)];
      return { took, spent, unfairness: Math.max(...longest) / median(longest) };
    },
    /** The processor time that all waiters take in a second in which nothing happens, as a share of one processor. */
    async idle(seconds) {
      await sleep(4000);
      const before = cpuMs(pids.slice(1));
      await sleep(seconds * 1000);
      return (cpuMs(pids.slice(1)) - before) / (seconds * 1000);
    },
    async end() {
      for (const control of controls) control.putSync("end");
      await Promise.all(children.map((child) => child.join()));
      if (pipes) rmSync(pipes.folder, { recursive: true });
    },
  };
}

async function startPython() {
  if (spawnSync("python3", ["--version"]).status !== 0) return undefined;
  const script = fileURLToPath(new URL("waiters.py", import.meta.url));
  const child = spawn("python3", [script, counts.join(",")], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return {
    async run(work, n) {
      child.stdin.write(`${work} ${n} ${totalOf(work, n)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error("Python ended");
      const [took, spent] = value.split(" ").map(Number);
      return { took, spent };
    },
    async end() {
      child.stdin.end();
      await new Promise((resolve) => child.once("close", resolve));
    },
  };
}

printTitle(
  `Hand-overs among ${counts.join(", ")} waiters that wait before the clock starts; ${rounds} rounds, interleaved.`,
);
for (const kind of kinds) {
  const ours = await startOurs(kind === "process" ? "forkserver" : "thread");
  const python = kind === "process" ? await startPython() : undefined;
  const spent = {};
  const unfairness = {};
  const rows = {};
  const add = (name, work, side, n) => {
    const row = `${name} ${n}`;
    spent[row] = [];
    unfairness[row] = [];
    rows[row] = async () => {
      const got = await side.run(work, n);
      spent[row].push(got.spent);
      unfairness[row].push(got.unfairness);
      return got.took;
    };
  };
  for (const n of counts) {
    for (const work of works) if (work !== "pipe" || n <= mostReaders) add(work, work, ours, n);
    for (const work of works) if (python && !onlyOurs.test(work)) add(`Python's ${work}`, work, python, n);
    if (works.includes("get")) add("bare get", "bare get", ours, n);
  }
  const samples = await interleaveTook(rows, { rounds, warmUp: 1 });
  const idle = kind === "process" ? await ours.idle(5) : undefined;
  await Promise.all([ours.end(), python?.end()]);

  const names = [...new Set(Object.keys(rows).map((row) => row.replace(/ \d+$/, "")))];
  const each = (row, values) => {
    const [, name, n] = /^(.*) (\d+)$/.exec(row);
    return (median(values) / totalOf(name.replace("Python's ", ""), Number(n))) * 1000;
  };
  printText(`By ${kind}: µs an operation, and processor time in µs.`);
  printTable(
    ["row", ...counts.map((n) => `${n} waiters`)],
    names.map((name) => [
      name,
      ...counts.map((n) => {
        const row = `${name} ${n}`;
        if (!(row in samples)) return "";
        return `${each(row, samples[row]).toFixed(1)} (${each(row, spent[row].slice(-rounds)).toFixed(0)})`;
      }),
    ]),
  );
  for (const work of works) {
    const last = counts.findLast((n) => `${work} ${n}` in samples);
    const perOperation = totalOf(work, fewest) / totalOf(work, last);
    const slope = ratio(samples, `${work} ${last}`, `${work} ${fewest}`);
    gate(`${kind}: ${work}, ${last} waiters / ${fewest}`, scaled(slope, perOperation), 1.5);
  }
  const many = counts.findLast((n) => n <= 64);
  for (const work of works.filter((each) => timed.includes(each)))
    gate(
      `${kind}: ${work}, longest wait of any of ${many} waiters / the median of their longest waits`,
      median(unfairness[`${work} ${many}`].slice(-rounds)),
      20,
    );
  const promises = { "put 2": 0.7, "put 64": 1, "lock 32": 1 };
  const notified = ["condition 2", "condition 64"];
  if (kind === "process" && notified.every((row) => row in samples)) {
    const factor = totalOf("condition", 2) / totalOf("condition", 64);
    gate("process: notify(1) among 64 / among 2", scaled(ratio(samples, notified[1], notified[0]), factor), 2);
  }
  for (const [row, limit] of Object.entries(kind === "process" ? promises : {})) {
    if (!(row in samples)) continue;
    const what = `process: ${row} / Python's`;
    if (python) gate(what, ratio(samples, row, `Python's ${row}`), limit);
    else notJudged(what, limit, "there is no python3 here");
  }
  if (idle !== undefined) gate(`${most} idle processes, share of one processor`, idle, 0.01);
}
