import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { monotonicNs } from "../machine/monotonic-clock.ts";
import type { ChildStamps, IdleChild, Launcher } from "./launcher.ts";

const program = new URL("./started-program.js", import.meta.url);
const path = fileURLToPath(program);

/** The ways of Node itself, without a library. */
export const nodeLaunchers: readonly Launcher[] = [
  threadLauncher("worker", "new Worker", () => new Worker(program)),
  threadLauncher("worker eval", "new Worker of a text", () => {
    const text = readFileSync(program, "utf8").replace("export {}", "");
    return new Worker(text, { eval: true });
  }),
  processLauncher("child_process.fork", "child_process.fork, json (a spawn, copies no memory)", () =>
    fork(path, { serialization: "json" }),
  ),
  processLauncher("child_process.fork+", "child_process.fork, advanced", () =>
    fork(path, { serialization: "advanced" }),
  ),
  processLauncher("child_process.spawn", "child_process.spawn, over stdin and stdout", () =>
    spawn(process.execPath, [path], { stdio: ["pipe", "pipe", "inherit"] }),
  ),
];

function threadLauncher(id: string, title: string, launch: () => Worker): Launcher {
  return nodeLauncher(id, title, () => {
    const worker = launch();
    return {
      exited: once(worker, "exit"),
      nextStamp: async () => ((await once(worker, "message")) as [number])[0],
      send: () => worker.postMessage(1),
      kill: () => worker.terminate(),
    };
  });
}

function processLauncher(id: string, title: string, launch: () => ChildProcess): Launcher {
  return nodeLauncher(id, title, () => {
    const child = launch();
    const { stdin, stdout } = child;
    return {
      ...(child.pid === undefined ? {} : { pid: child.pid }),
      exited: once(child, "exit"),
      nextStamp: async () =>
        Number(((await (stdout === null ? once(child, "message") : once(stdout, "data"))) as [unknown])[0]),
      send: () => (stdin === null ? child.send(1) : stdin.write("1")),
      kill: () => child.kill("SIGKILL"),
    };
  });
}

/** A worker or a process that Node started, with its way to exchange messages. */
interface NodeChild {
  readonly pid?: number;
  readonly exited: Promise<unknown>;
  /** The child's next message, a time. */
  nextStamp(): Promise<number>;
  send(): unknown;
  kill(): unknown;
}

function nodeLauncher(id: string, title: string, launch: () => NodeChild): Launcher {
  return {
    id,
    title,
    family: "node",
    dependsOnBallast: true,
    open: async () => ({ runChild: () => runChild(launch), startIdle: () => startIdle(launch) }),
  };
}

/**
 * Waits for a child's next message.
 *
 * @throws {Error} when the child exits first.
 */
async function receiveStamp(child: NodeChild): Promise<number> {
  const exited = child.exited.then(() => {
    throw new Error("the child exited before it answered");
  });
  return Promise.race([child.nextStamp(), exited]);
}

async function runChild(launch: () => NodeChild): Promise<ChildStamps> {
  const callNs = monotonicNs();
  const child = launch();
  const returnedNs = monotonicNs();
  const ended = child.exited.then(monotonicNs);
  const startedNs = await receiveStamp(child);
  const readyNs = monotonicNs();
  const result = receiveStamp(child);
  const sentNs = monotonicNs();
  child.send();
  const begunNs = await result;
  const answeredNs = monotonicNs();
  const stoppedNs = monotonicNs();
  child.send();
  return { callNs, returnedNs, startedNs, readyNs, sentNs, begunNs, answeredNs, stoppedNs, goneNs: await ended };
}

async function startIdle(launch: () => NodeChild): Promise<IdleChild> {
  const child = launch();
  await receiveStamp(child);
  return {
    ...(child.pid === undefined ? {} : { pid: child.pid }),
    async release() {
      child.kill();
      await child.exited;
    },
  };
}
