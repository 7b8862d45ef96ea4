import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { Held, SpawnMethod, Stamps } from "./spawn-method.ts";
import { now } from "./thread-clock.ts";

const program = new URL("./newborn-program.js", import.meta.url);
const path = fileURLToPath(program);

/** Node's own ways: what a program has that uses no library. */
export const nodeMethods: readonly SpawnMethod[] = [
  {
    id: "worker",
    title: "new Worker",
    family: "node",
    feelsBallast: true,
    open: async () => ({
      async bear() {
        const callNs = now();
        const worker = new Worker(program);
        const returnedNs = now();
        const gone = once(worker, "exit").then(now);
        const [bornNs] = (await once(worker, "message")) as [number];
        const answeredNs = now();
        return { callNs, returnedNs, bornNs, answeredNs, goneNs: await gone };
      },
      async hold() {
        const worker = new Worker(program, { argv: ["idle"] });
        await once(worker, "message");
        return { release: async () => void (await worker.terminate()) };
      },
    }),
  },
  processMethod("child_process.fork", "child_process.fork, json (a spawn, copies no memory)", (args) =>
    fork(path, args, { serialization: "json" }),
  ),
  processMethod("child_process.fork+", "child_process.fork, advanced", (args) =>
    fork(path, args, { serialization: "advanced" }),
  ),
  processMethod("child_process.spawn", "child_process.spawn, answer on stdout", (args) =>
    spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"] }),
  ),
  {
    id: "warm worker",
    title: "a call to a warm worker (no birth)",
    family: "node",
    feelsBallast: false,
    async open() {
      const echo = "require('worker_threads').parentPort.on('message', function (m) { this.postMessage(m); })";
      const worker = new Worker(echo, { eval: true });
      return {
        async bear() {
          const callNs = now();
          const answer = once(worker, "message");
          worker.postMessage(1);
          const returnedNs = now();
          await answer;
          const answeredNs = now();
          return { callNs, returnedNs, answeredNs, goneNs: answeredNs };
        },
        close: async () => void (await worker.terminate()),
      };
    },
  },
];

function processMethod(id: string, title: string, launch: (args: string[]) => ChildProcess): SpawnMethod {
  return {
    id,
    title,
    family: "node",
    feelsBallast: true,
    open: async () => ({ bear: () => bear(() => launch([])), hold: () => hold(() => launch(["idle"])) }),
  };
}

async function bear(launch: () => ChildProcess): Promise<Stamps> {
  const callNs = now();
  const child = launch();
  const returnedNs = now();
  const gone = once(child, "exit").then(now);
  const bornNs = Number(await firstWord(child));
  const answeredNs = now();
  return { callNs, returnedNs, bornNs, answeredNs, goneNs: await gone };
}

async function hold(launch: () => ChildProcess): Promise<Held> {
  const child = launch();
  await firstWord(child);
  return {
    ...(child.pid === undefined ? {} : { pid: child.pid }),
    async release() {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
    },
  };
}

/** What the child says first, over IPC or on its standard output. */
async function firstWord(child: ChildProcess): Promise<unknown> {
  const [word] = (await (child.stdout === null ? once(child, "message") : once(child.stdout, "data"))) as [unknown];
  return word;
}
