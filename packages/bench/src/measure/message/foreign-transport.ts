import { fileURLToPath } from "node:url";
import type { Family } from "../../base/spawn-result.ts";
import { compileNative } from "../machine/compile-native.ts";
import { LineProgram } from "../machine/line-program.ts";
import type { OpenTransport, Transport } from "./transport.ts";

const script = fileURLToPath(new URL("../../../native/echo.py", import.meta.url));

/** What a pipe of Linux holds, and what goes ahead of a message. */
const pipeBytes = 2 ** 16;
const headBytes = 16;

/** Pipes in C and in Python, for comparison. */
export const foreignTransports: readonly Transport[] = [
  foreign("C pipe", "a pair of pipes between two C processes", "native", async () => {
    const program = await compileNative("echo");
    if (program === undefined) throw new Error("no C compiler (cc)");
    return new LineProgram(program, []);
  }),
  foreign("Python Pipe", "multiprocessing.Pipe", "python", async () => new LineProgram("python3", [script])),
];

function foreign(id: string, title: string, family: Family, start: () => Promise<LineProgram>): Transport {
  return {
    id,
    title,
    family,
    reach: "process",
    shapes: ["bytes"],
    async open() {
      const program = await start();
      const trips: OpenTransport["trips"] = async (payload, count, window) => {
        const { length } = payload as Uint8Array;
        // Neither side reads while it writes: what is under way must fit the pipe.
        const room = Math.max(1, Math.min(window, Math.floor(pipeBytes / (length + headBytes))));
        return Number(await program.ask(`${length} ${count} ${room}`));
      };
      try {
        await trips(new Uint8Array(1), 1, 1);
      } catch (error) {
        await program.close();
        throw family === "python" ? new Error("no python3, or it has no multiprocessing", { cause: error }) : error;
      }
      return { nearPath: "", farPath: "", trips, close: () => program.abandon() };
    },
  };
}
