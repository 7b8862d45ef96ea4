import { fileURLToPath } from "node:url";
import type { Family } from "../../base/spawn-result.ts";
import { compileNative } from "../machine/compile-native.ts";
import { LineProgram } from "../machine/line-program.ts";
import type { SpawnMethod, Stamps } from "./launcher.ts";

const script = fileURLToPath(new URL("../../../native/births.py", import.meta.url));

/** The system's own ways in C, and Python's: each with the same ballast, in a program of its own. */
export const foreignMethods: readonly SpawnMethod[] = [
  ...["pthread", "fork", "vfork", "posix_spawn", "fork_exec"].map((order) =>
    foreign("native", order, `C ${order === "fork_exec" ? "fork + execve" : order}`, async (bytes) => {
      const program = await compileNative("births");
      if (program === undefined) throw new Error("no C compiler (cc)");
      return new LineProgram(program, [bytes]);
    }),
  ),
  ...["fork", "spawn", "forkserver"].map((order) =>
    foreign("python", order, `Python ${order}`, async (bytes) => new LineProgram("python3", [script, bytes])),
  ),
];

function foreign(
  family: Family,
  order: string,
  title: string,
  start: (bytes: string) => Promise<LineProgram>,
): SpawnMethod {
  return {
    id: `${family === "native" ? "C" : "Python"} ${order}`,
    title,
    family,
    feelsBallast: true,
    async open({ bytes }) {
      const program = await start(String(bytes));
      const bear = async () => toStamps(await program.ask(`bear ${order}`));
      try {
        // Tells whether the program works at all.
        await bear();
      } catch (error) {
        await program.close();
        throw family === "python" ? new Error("no python3, or it has no multiprocessing", { cause: error }) : error;
      }
      return {
        bear,
        async burst(children) {
          const [callNs = 0, goneNs = 0] = (await program.ask(`burst ${order} ${children}`)).split(" ").map(Number);
          return goneNs - callNs;
        },
        async hold() {
          const pid = Number(await program.ask(`hold ${order}`));
          // It lets go of all at once: who asks again is told that nobody was left.
          return { ...(pid === 0 ? {} : { pid }), release: async () => void (await program.ask("release")) };
        },
        ...(program.pid === undefined ? {} : { parent: program.pid }),
        close: () => program.close(),
      };
    },
  };
}

function toStamps(line: string): Stamps {
  const [callNs = 0, returnedNs = 0, bornNs = 0, goneNs = 0] = line.split(" ").map(Number);
  return { callNs, returnedNs, goneNs, ...(bornNs > 0 ? { bornNs } : {}) };
}
