import { execFileSync, spawn } from "node:child_process";
import { join } from "node:path";

/** A Python on this machine. */
export interface Python {
  readonly version: string;
  readonly command: string;
}

const fixture = (file: string) => join(import.meta.dirname, "../fixture", file);

function run(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 100_000,
    }).trim();
  } catch {
    return "";
  }
}

/** The Pythons on this machine from 3.11 on, one of each version: `python3` on the path, and those of pyenv. */
export const pythons: readonly Python[] = (() => {
  const prefixes = run("pyenv", "versions", "--bare").split("\n").filter(Boolean);
  const commands = ["python3", ...prefixes.map((version) => `${run("pyenv", "prefix", version)}/bin/python3`)];
  const found = new Map<string, Python>();
  for (const command of commands) {
    const version = run(command, "-c", "import sys, multiprocessing.connection; print('%d.%d' % sys.version_info[:2])");
    if (/^3\.1[1-9]$/.test(version) && !found.has(version)) found.set(version, { version, command });
  }
  return [...found.values()];
})();

/** A Python process at the other side of a connection: `python-peer.py`, or another program of the same arguments. */
export class PythonPeer {
  /** The program, in the folder of fixtures. */
  static readonly file: string = "python-peer.py";
  readonly #child;
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string | null) => void)[] = [];
  readonly exited: Promise<number | null>;

  constructor(python: Python, role: string, address: string, key: string, ...more: string[]) {
    this.#child = spawn(python.command, [fixture(new.target.file), role, address, key, ...more], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let text = "";
    this.#child.stdout.on("data", (piece) => {
      const lines = (text + piece).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        const next = this.#waiting.shift();
        if (next === undefined) this.#lines.push(line);
        else next(line);
      }
    });
    this.exited = new Promise((resolve) => this.#child.once("close", resolve));
    void this.exited.then(() => {
      for (const resolve of this.#waiting.splice(0)) resolve(null);
    });
  }

  /** The next line that it prints, parsed as JSON. */
  async nextLine(): Promise<Record<string, unknown>> {
    const line = this.#lines.shift() ?? (await new Promise<string | null>((resolve) => this.#waiting.push(resolve)));
    return JSON.parse(line ?? "null");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exited;
  }
}
