import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Shape } from "../../base/message-result.ts";
import { frameStream } from "./frame-stream.ts";
import { shapes } from "./message-payload.ts";
import { AnswerQueue, type OpenTransport, type Transport, timeRoundTrips } from "./transport.ts";

const program = fileURLToPath(new URL("./echo-program.js", import.meta.url));

/** Messages to another Node process. */
export const processTransports: readonly Transport[] = [
  // JSON has no typed arrays: it would send an object with a key for every element.
  ipcTransport("ipc json", "child_process.fork, JSON", ["string", "array", "object"], "json"),
  ipcTransport("ipc advanced", "child_process.fork, structured clone", shapes, "advanced"),
  {
    id: "stdio pipe",
    title: "framed bytes over stdin and stdout",
    family: "node",
    reach: "process",
    shapes: ["bytes"],
    async open() {
      const child = spawn(process.execPath, [program, "stdio"], { stdio: ["pipe", "pipe", "inherit"] });
      return framedTransport(child, child.stdout, child.stdin, async () => {});
    },
  },
  {
    id: "unix socket",
    title: "framed bytes over a local socket",
    family: "node",
    reach: "process",
    shapes: ["bytes"],
    async open() {
      const folder = mkdtempSync(join(tmpdir(), "manyhands-bench-"));
      const path = process.platform === "win32" ? `\\\\.\\pipe\\${folder}` : join(folder, "socket");
      const server = createServer().listen(path);
      await once(server, "listening");
      const child = spawn(process.execPath, [program, "socket", path], { stdio: ["ignore", "ignore", "inherit"] });
      const [socket] = (await once(server, "connection")) as [Socket];
      return framedTransport(child, socket, socket, async () => {
        server.close();
        rmSync(folder, { recursive: true });
      });
    },
  },
];

function ipcTransport(
  id: string,
  title: string,
  payloadShapes: readonly Shape[],
  serialization: "json" | "advanced",
): Transport {
  return {
    id,
    title,
    family: "node",
    reach: "process",
    shapes: payloadShapes,
    async open() {
      const child = fork(program, ["ipc"], { serialization });
      const answers = new AnswerQueue();
      child.on("message", answers.deliver);
      const echo = (payload: unknown) => {
        child.send(payload as string);
        return answers.next();
      };
      return {
        farPath: farPath(child),
        exited: exitOf(child),
        echo,
        roundTrips: (payload, count, window) => timeRoundTrips(() => echo(payload), count, window),
        close: () => end(child),
      };
    },
  };
}

function framedTransport(
  child: ChildProcess,
  readable: Readable,
  writable: Writable,
  after: () => Promise<void>,
): OpenTransport {
  const answers = new AnswerQueue<Uint8Array>();
  const send = frameStream(readable, writable, (message) => answers.deliver(new Uint8Array(message)));
  const echo = (payload: unknown) => {
    send(payload as Uint8Array);
    return answers.next();
  };
  return {
    farPath: farPath(child),
    exited: exitOf(child),
    echo,
    roundTrips: (payload, count, window) => timeRoundTrips(() => echo(payload), count, window),
    async close() {
      await end(child);
      await after();
    },
  };
}

function farPath({ pid }: ChildProcess): string {
  return pid === undefined ? "" : `/proc/${pid}/task/${pid}`;
}

function exitOf(child: ChildProcess): Promise<string> {
  // A message to an exited process also emits an error, which does not contain the exit code.
  child.on("error", () => {});
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
