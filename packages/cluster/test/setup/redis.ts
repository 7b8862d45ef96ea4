import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join } from "node:path";

const programs = ["redis-server", "valkey-server"];

/** The path of a server's program; `undefined` when none is installed. */
export const serverProgram = programs
  .flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name)))
  .find((path) => existsSync(path));

if (serverProgram === undefined)
  console.log("no redis-server and no valkey-server: the tests that need one are skipped");

/** A Redis of a test file, on a free port of the loopback address. It keeps nothing. */
export class TestRedis {
  readonly port: number;
  #child: ChildProcess;
  readonly #args: readonly string[];

  private constructor(port: number, args: readonly string[], child: ChildProcess) {
    this.port = port;
    this.#args = args;
    this.#child = child;
  }

  static async start(...args: string[]): Promise<TestRedis> {
    const port = await freePort();
    return new TestRedis(port, args, await startServer(port, args));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Ends it without any notice. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await once(this.#child, "exit");
  }

  /** Starts it again on the same port, with nothing in it. */
  async restart(): Promise<void> {
    await this.kill();
    this.#child = await startServer(this.port, this.#args);
  }
}

async function startServer(port: number, args: readonly string[]): Promise<ChildProcess> {
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child = spawn(serverProgram as string, [...options, "--maxmemory-policy", "noeviction", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const text of child.stdout.setEncoding("utf8")) {
    if (/Ready to accept connections/.test(text)) break;
  }
  // The tests look for open handles that pools have left.
  child.stdout.destroy();
  child.unref();
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
