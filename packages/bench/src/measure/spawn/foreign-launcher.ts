import { fileURLToPath } from "node:url";
import type { Family } from "../../base/spawn-result.ts";
import { compileNative } from "../machine/compile-native.ts";
import { LineProgram } from "../machine/line-program.ts";
import type { ChildStamps, Launcher } from "./launcher.ts";

const script = fileURLToPath(new URL("../../../native/children.py", import.meta.url));

/** Ways of the operating system in C, and of Python. Each runs in a helper program that holds the same ballast. */
export const foreignLaunchers: readonly Launcher[] = [
  ...["pthread", "fork", "vfork", "posix_spawn", "fork_exec"].map((way) =>
    foreignLauncher("native", way, `C ${way === "fork_exec" ? "fork + execve" : way}`, async (bytes) => {
      const program = await compileNative("children");
      if (program === undefined) throw new Error("no C compiler (cc)");
      return new LineProgram(program, [bytes]);
    }),
  ),
  ...["fork", "spawn", "forkserver"].map((way) =>
    foreignLauncher("python", way, `Python ${way}`, async (bytes) => new LineProgram("python3", [script, bytes])),
  ),
];

function foreignLauncher(
  family: Family,
  way: string,
  title: string,
  start: (bytes: string) => Promise<LineProgram>,
): Launcher {
  return {
    id: `${family === "native" ? "C" : "Python"} ${way}`,
    title,
    family,
    dependsOnBallast: true,
    async open({ bytes }) {
      const program = await start(String(bytes));
      const runChild = async () => toStamps(await program.ask(`run ${way}`));
      try {
        // Shows whether the program works.
        await runChild();
      } catch (error) {
        await program.close();
        throw family === "python" ? new Error("no python3, or it has no multiprocessing", { cause: error }) : error;
      }
      return {
        runChild,
        async runBurst(children) {
          const [callNs = 0, goneNs = 0] = (await program.ask(`burst ${way} ${children}`)).split(" ").map(Number);
          return goneNs - callNs;
        },
        async startIdle() {
          const pid = Number(await program.ask(`hold ${way}`));
          // The program ends all idle children at the first release; later ones have no effect.
          return { ...(pid === 0 ? {} : { pid }), release: async () => void (await program.ask("release")) };
        },
        ...(program.pid === undefined ? {} : { parent: program.pid }),
        close: () => program.close(),
      };
    },
  };
}

function toStamps(line: string): ChildStamps {
  const [callNs = 0, returnedNs = 0, startedNs = 0, goneNs = 0] = line.split(" ").map(Number);
  return { callNs, returnedNs, goneNs, ...(startedNs > 0 ? { startedNs } : {}) };
}
