import { readFileSync } from "node:fs";
import { parseBytes } from "../../base/byte-size.ts";
import { compileNative } from "../machine/compile-native.ts";
import { LineProgram } from "../machine/line-program.ts";
import type { CellRun } from "../worker/measured-workers.ts";

/**
 * The ceiling by native threads of a C program. Speed-ups are compared with it and not with the number of CPUs, since
 * a virtual CPU may be half a core.
 */
export class NativeCeiling {
  readonly by = "native";
  readonly kinds = ["compute", "memory"] as const;
  readonly #program: LineProgram;

  constructor(program: string) {
    this.#program = new LineProgram(program, [String(Math.floor(arrayBytes() / 8))]);
  }

  /** Compiles and starts the program; `undefined` when this machine has no C compiler. */
  static async open(): Promise<NativeCeiling | undefined> {
    const program = await compileNative("ceiling");
    return program === undefined ? undefined : new NativeCeiling(program);
  }

  get processes(): number[] {
    return this.#program.pid === undefined ? [] : [this.#program.pid];
  }

  /**
   * Does so many units of work on so many threads.
   *
   * @throws {Error} when the program exited.
   */
  async run(kind: "compute" | "memory", threads: number, units: number): Promise<CellRun & { checksum: string }> {
    const [checksum = "", ...numbers] = (await this.#program.ask(`${kind} ${threads} ${units}`)).split(" ");
    const [callNs = 0, returnNs = 0, ...stamps] = numbers.map(Number);
    const reports = Array.from({ length: threads }, (_, at) => {
      const [startNs = 0, endNs = 0, cpuNs = 0] = stamps.slice(3 * at, 3 * at + 3);
      return { chunks: [], parts: [], startNs, endNs, cpuNs };
    });
    return { callNs, returnNs, reports, checksum };
  }

  /** Ends the program and waits for it. */
  close(): Promise<void> {
    return this.#program.close();
  }
}

/** Bytes of each of the triad's three arrays: together four times the last-level cache, 32 to 256 MiB each. */
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
