import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { now } from "../machine/shared-clock.ts";
import type { Held, SpawnMethod, Stamps } from "./launcher.ts";

const program = new URL("./started-program.js", import.meta.url);
const path = fileURLToPath(program);

/** Node's own ways: what a program has that uses no library. */
export const nodeMethods: readonly SpawnMethod[] = [
  threadMethod("worker", "new Worker", () => new Worker(program)),
  threadMethod("worker eval", "new Worker of a text", () => {
    const text = readFileSync(program, "utf8").replace("export {}", "");
    return new Worker(text, { eval: true });
  }),
  processMethod("child_process.fork", "child_process.fork, json (a spawn, copies no memory)", () =>
    fork(path, { serialization: "json" }),
  ),
  processMethod("child_process.fork+", "child_process.fork, advanced", () => fork(path, { serialization: "advanced" })),
  processMethod("child_process.spawn", "child_process.spawn, over stdin and stdout", () =>
    spawn(process.execPath, [path], { stdio: ["pipe", "pipe", "inherit"] }),
  ),
];

function threadMethod(id: string, title: string, launch: () => Worker): SpawnMethod {
  return nodeMethod(id, title, () => {
    const worker = launch();
    return {
      gone: once(worker, "exit"),
      heard: async () => ((await once(worker, "message")) as [number])[0],
      say: () => worker.postMessage(1),
      kill: () => worker.terminate(),
    };
  });
}

function processMethod(id: string, title: string, launch: () => ChildProcess): SpawnMethod {
  return nodeMethod(id, title, () => {
    const child = launch();
    const { stdin, stdout } = child;
    return {
      ...(child.pid === undefined ? {} : { pid: child.pid }),
      gone: once(child, "exit"),
      heard: async () =>
        Number(((await (stdout === null ? once(child, "message") : once(stdout, "data"))) as [unknown])[0]),
      say: () => (stdin === null ? child.send(1) : stdin.write("1")),
      kill: () => child.kill("SIGKILL"),
    };
  });
}

/** A child of Node's, however it is talked to. */
interface Newborn {
  readonly pid?: number;
  readonly gone: Promise<unknown>;
  /** Its next word: a stamp. */
  heard(): Promise<number>;
  say(): unknown;
  kill(): unknown;
}

function nodeMethod(id: string, title: string, launch: () => Newborn): SpawnMethod {
  return {
    id,
    title,
    family: "node",
    feelsBallast: true,
    open: async () => ({ bear: () => bear(launch), hold: () => hold(launch) }),
  };
}

/** A child's next word. @throws {Error} when it ended first. */
async function wordOf(child: Newborn): Promise<number> {
  const ended = child.gone.then(() => {
    throw new Error("the child ended before it answered");
  });
  return Promise.race([child.heard(), ended]);
}

async function bear(launch: () => Newborn): Promise<Stamps> {
  const callNs = now();
  const child = launch();
  const returnedNs = now();
  const gone = child.gone.then(now);
  const bornNs = await wordOf(child);
  const readyNs = now();
  const result = wordOf(child);
  const sentNs = now();
  child.say();
  const begunNs = await result;
  const answeredNs = now();
  const stoppedNs = now();
  child.say();
  return { callNs, returnedNs, bornNs, readyNs, sentNs, begunNs, answeredNs, stoppedNs, goneNs: await gone };
}

async function hold(launch: () => Newborn): Promise<Held> {
  const child = launch();
  await wordOf(child);
  return {
    ...(child.pid === undefined ? {} : { pid: child.pid }),
    async release() {
      child.kill();
      await child.gone;
    },
  };
}
