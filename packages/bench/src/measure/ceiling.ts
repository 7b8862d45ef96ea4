import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface, type Interface } from "node:readline";
import { parseBytes } from "../base/byte-size.ts";
import { compileNative } from "./compile-native.ts";
import type { CrewRun } from "./crew.ts";

/** What of the machine limits the work. */
export type CeilingKind = "compute" | "memory";

/** A run of the ceiling, and the checksum that tells whether all its work was done. */
export interface CeilingRun extends CrewRun {
  readonly checksum: string;
}

/**
 * The same amount of work on native threads: what this machine gives to anybody. Its speed-up is what ours is measured
 * against, since a virtual CPU may be half a core.
 */
export class Ceiling {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;
  readonly #ended: Promise<unknown>;

  constructor(program: string) {
    this.#child = spawn(program, [String(Math.floor(arrayBytes() / 8))]);
    this.#child.on("error", () => {});
    this.#child.stdin.on("error", () => {});
    this.#ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#reader = createInterface(this.#child.stdout);
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  /** Compiles and starts it; `undefined` when this machine has no C compiler. */
  static async open(): Promise<Ceiling | undefined> {
    const program = await compileNative("ceiling");
    return program === undefined ? undefined : new Ceiling(program);
  }

  /**
   * Does so many units of work with so many threads.
   *
   * @throws {Error} when the program died.
   */
  async run(kind: CeilingKind, threads: number, units: number): Promise<CeilingRun> {
    this.#child.stdin.write(`${kind} ${threads} ${units}\n`);
    const line = await this.#lines.next();
    if (line.done) throw new Error("Cannot measure the native ceiling: its program ended");
    const [checksum = "", ...numbers] = line.value.split(" ");
    const [callNs = 0, returnNs = 0, ...stamps] = numbers.map(Number);
    const reports = Array.from({ length: threads }, (_, at) => {
      const [startNs = 0, endNs = 0, cpuNs = 0] = stamps.slice(3 * at, 3 * at + 3);
      return { chunks: [], parts: [], startNs, endNs, cpuNs };
    });
    return { callNs, returnNs, reports, checksum };
  }

  /** Ends the program and waits for it. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    this.#reader.close();
    await this.#ended;
  }
}

/** Bytes of each of the triad's three arrays: together four times the last-level cache, within reason. */
function arrayBytes(): number {
  const least = 32 * 2 ** 20;
  const most = 256 * 2 ** 20;
  try {
    const cache = parseBytes(readFileSync("/sys/devices/system/cpu/cpu0/cache/index3/size", "utf8"));
    return Math.min(most, Math.max(least, (4 * cache) / 3));
  } catch {
    return least;
  }
}
