import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import type { Shape } from "../../base/message-result.ts";
import { framed } from "./frame-stream.ts";
import { shapes } from "./message-sizes.ts";
import { Answers, type OpenTransport, type Transport, timeEchoes } from "./transport.ts";

const program = fileURLToPath(new URL("./echo-program.js", import.meta.url));

/** Messages to another Node process. */
export const processTransports: readonly Transport[] = [
  // JSON knows no typed arrays: it would send an object with a key for every element.
  ipc("ipc json", "child_process.fork, JSON", ["string", "array", "object"], "json"),
  ipc("ipc advanced", "child_process.fork, structured clone", shapes, "advanced"),
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

function ipc(id: string, title: string, carried: readonly Shape[], serialization: "json" | "advanced"): Transport {
  return {
    id,
    title,
    family: "node",
    reach: "process",
    shapes: carried,
    async open() {
      const child = fork(program, ["ipc"], { serialization });
      const answers = new Answers();
      child.on("message", answers.give);
      const echo = (payload: unknown) => {
        child.send(payload as string);
        return answers.next();
      };
      return {
        farPath: farPath(child),
        gone: goneOf(child),
        echo,
        trips: (payload, count, window) => timeEchoes(() => echo(payload), count, window),
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
  const answers = new Answers<Uint8Array>();
  const send = framed(readable, writable, (message) => answers.give(new Uint8Array(message)));
  const echo = (payload: unknown) => {
    send(payload as Uint8Array);
    return answers.next();
  };
  return {
    farPath: farPath(child),
    gone: goneOf(child),
    echo,
    trips: (payload, count, window) => timeEchoes(() => echo(payload), count, window),
    async close() {
      await end(child);
      await after();
    },
  };
}

function farPath({ pid }: ChildProcess): string {
  return pid === undefined ? "" : `/proc/${pid}/task/${pid}`;
}

function goneOf(child: ChildProcess): Promise<string> {
  // A message to who is gone is an error of its own, which says less than how it went.
  child.on("error", () => {});
  return new Promise((resolve) => {
    child.once("exit", (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}
