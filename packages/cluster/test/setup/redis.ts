import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync } from "node:fs";
import { delimiter, resolve } from "node:path";
import type { Certificates } from "./certificates.ts";
import { endWithFile, killProgram } from "./programs.ts";

/** The variable of the environment that names the server's program, such as `valkey-server` or a path. */
const wanted = process.env.MANYHANDS_TEST_REDIS;
const names = wanted === undefined ? ["redis-server", "valkey-server"] : [wanted];

/** The path of a server's program; `undefined` when none is installed. */
export const serverProgram = names
  .flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((folder) => resolve(folder, name)))
  .find((path) => existsSync(path));

if (serverProgram === undefined)
  console.log("no redis-server and no valkey-server: the tests that need one are skipped");

/** Whether the tests of faults run: they look at processes in /proc. */
export const isFaultTested = serverProgram !== undefined && process.platform === "linux";

/** How to start a server. */
export interface ServerOptions {
  /** Its flags, after those that every server has. */
  readonly args?: readonly string[];
  /** Variables of its environment, beside those of this program. */
  readonly env?: Record<string, string>;
  /** The files with which it uses TLS. */
  readonly tls?: Certificates;
  /** Whether it takes clients without a certificate. Default: false, as that of Redis. */
  readonly takesAnyone?: boolean;
}

/** How many ports to try: each of them may be in use. */
const attempts = 100;

/** A Redis of a test file, on a free port of the loopback address. It keeps nothing. */
export class TestRedis {
  readonly port: number;
  #child: ChildProcess;
  readonly #options: ServerOptions;

  private constructor(port: number, options: ServerOptions, child: ChildProcess) {
    this.port = port;
    this.#options = options;
    this.#child = child;
  }

  static async start(options: ServerOptions = {}): Promise<TestRedis> {
    for (let i = 0; i < attempts; i++) {
      // Below the ports that systems give to outgoing connections: nothing else takes it between kill() and restart().
      const port = randomInt(12_000, 32_000);
      const child = await startServer(port, options);
      if (child !== undefined) return new TestRedis(port, options, child);
    }
    throw new Error("No Redis can be started");
  }

  get url(): string {
    return `${this.#options.tls === undefined ? "redis" : "rediss"}://127.0.0.1:${this.port}`;
  }

  /** Suspends it while an action runs. */
  async suspendedDuring(action: () => Promise<unknown>): Promise<void> {
    this.#child.kill("SIGSTOP");
    await action().finally(() => this.#child.kill("SIGCONT"));
  }

  /** Ends it without any notice. */
  kill(): Promise<void> {
    return killProgram(this.#child);
  }

  /** Starts it again on the same port, with nothing in it. */
  async restart(): Promise<void> {
    await this.kill();
    const child = await startServer(this.port, this.#options);
    if (child === undefined) throw new Error(`The Redis cannot be started again on port ${this.port}`);
    this.#child = child;
  }
}

/** @returns its process; `undefined` when it has ended, because its port is in use for example. */
async function startServer(
  port: number,
  { args = [], env = {}, tls, takesAnyone = false }: ServerOptions,
): Promise<ChildProcess | undefined> {
  const options = [...portOptions(port, tls, takesAnyone), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
  const child = spawn(serverProgram as string, [...options, "--maxmemory-policy", "noeviction", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, ...env },
  });
  endWithFile(child);
  let isReady = false;
  for await (const text of child.stdout.setEncoding("utf8")) {
    isReady = /Ready to accept connections/.test(text);
    if (isReady) break;
  }
  // The tests look for open handles that pools have left.
  child.stdout.destroy();
  child.unref();
  return isReady ? child : undefined;
}

function portOptions(port: number, tls: Certificates | undefined, takesAnyone: boolean): string[] {
  if (tls === undefined) return ["--port", String(port)];
  const files = ["--tls-ca-cert-file", tls.ca, "--tls-cert-file", tls.cert, "--tls-key-file", tls.key];
  return ["--port", "0", "--tls-port", String(port), ...files, "--tls-auth-clients", takesAnyone ? "no" : "yes"];
}
