import { fileURLToPath } from "node:url";
import type { Family } from "../base/spawn-result.ts";
import { compileNative } from "./compile-native.ts";
import { LineProgram } from "./line-program.ts";
import type { Transport } from "./transport.ts";

const script = fileURLToPath(new URL("../../native/echo.py", import.meta.url));

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
    shapes: ["bytes"],
    async open() {
      const program = await start();
      const pingPong = async (payload: unknown, count: number) =>
        Number(await program.ask(`${(payload as Uint8Array).length} ${count}`));
      try {
        await pingPong(new Uint8Array(1), 1);
      } catch (error) {
        await program.close();
        throw family === "python" ? new Error("no python3, or it has no multiprocessing", { cause: error }) : error;
      }
      return { pingPong, close: () => program.close() };
    },
  };
}
