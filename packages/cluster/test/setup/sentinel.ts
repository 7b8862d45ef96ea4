import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certificates } from "./certificates.ts";
import { endWithFile, killProgram } from "./programs.ts";
import { serverProgram } from "./redis.ts";

interface SentinelOptions {
  readonly tls?: Certificates;
  readonly password?: string;
}

/** A sentinel that watches a Redis by the name `primary`, and lets a replica take over half a second after its end. */
export class TestSentinel {
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #folder: string;

  private constructor(port: number, child: ChildProcess, folder: string) {
    this.port = port;
    this.#child = child;
    this.#folder = folder;
  }

  /**
   * @param options.tls the files with which both use TLS.
   * @param options.password what clients of the sentinel must give.
   */
  static async start(watchedPort: number, options: SentinelOptions = {}): Promise<TestSentinel> {
    const folder = mkdtempSync(join(tmpdir(), "manyhands-sentinel-"));
    for (;;) {
      const port = randomInt(12_000, 32_000);
      const child = await startSentinel(port, watchedPort, folder, options);
      if (child !== undefined) return new TestSentinel(port, child, folder);
    }
  }

  async kill(): Promise<void> {
    await killProgram(this.#child);
    rmSync(this.#folder, { recursive: true });
  }
}

/** @returns its process; `undefined` when it has ended, because its port is in use for example. */
async function startSentinel(
  port: number,
  watchedPort: number,
  folder: string,
  { tls, password }: SentinelOptions,
): Promise<ChildProcess | undefined> {
  // A sentinel writes what it knows to the file.
  const file = join(folder, "sentinel.conf");
  const lines = [
    ...portLines(port, tls),
    "bind 127.0.0.1",
    `dir ${folder}`,
    `sentinel monitor primary 127.0.0.1 ${watchedPort} 1`,
    "sentinel down-after-milliseconds primary 500",
    "sentinel failover-timeout primary 5000",
    ...(password === undefined ? [] : [`requirepass ${password}`]),
  ];
  writeFileSync(file, lines.join("\n"));
  const child = spawn(serverProgram as string, [file, "--sentinel"], { stdio: ["ignore", "pipe", "inherit"] });
  endWithFile(child);
  let isReady = false;
  for await (const text of child.stdout.setEncoding("utf8")) {
    isReady = /\+monitor /.test(text);
    if (isReady) break;
  }
  child.stdout.destroy();
  child.unref();
  return isReady ? child : undefined;
}

function portLines(port: number, tls: Certificates | undefined): string[] {
  if (tls === undefined) return [`port ${port}`];
  const files = [`tls-ca-cert-file ${tls.ca}`, `tls-cert-file ${tls.cert}`, `tls-key-file ${tls.key}`];
  return ["port 0", `tls-port ${port}`, ...files, "tls-auth-clients no", "tls-replication yes"];
}
