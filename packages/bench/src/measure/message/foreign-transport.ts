import { fileURLToPath } from "node:url";
import type { Family } from "../../base/spawn-result.ts";
import { compileNative } from "../machine/compile-native.ts";
import { LineProgram } from "../machine/line-program.ts";
import type { OpenTransport, Transport } from "./transport.ts";

const script = fileURLToPath(new URL("../../../native/echo.py", import.meta.url));

/** The capacity of a Linux pipe. */
const pipeBytes = 2 ** 16;
/** At least the size of the header before each message. */
const headBytes = 16;

/** Pipes of C and Python programs, for comparison. */
export const foreignTransports: readonly Transport[] = [
  foreignTransport("C pipe", "a pair of pipes between two C processes", "native", async () => {
    const program = await compileNative("echo");
    if (program === undefined) throw new Error("no C compiler (cc)");
    return new LineProgram(program, []);
  }),
  foreignTransport("Python Pipe", "multiprocessing.Pipe", "python", async () => new LineProgram("python3", [script])),
];

function foreignTransport(id: string, title: string, family: Family, start: () => Promise<LineProgram>): Transport {
  return {
    id,
    title,
    family,
    reach: "process",
    shapes: ["bytes"],
    async open() {
      const program = await start();
      const trips: OpenTransport["roundTrips"] = async (payload, count, window) => {
        const { length } = payload as Uint8Array;
        // A side that writes does not read, so the messages in flight must fit the pipe.
        const inFlight = Math.max(1, Math.min(window, Math.floor(pipeBytes / (length + headBytes))));
        return Number(await program.ask(`${length} ${count} ${inFlight}`));
      };
      try {
        await trips(new Uint8Array(1), 1, 1);
      } catch (error) {
        await program.close();
        throw family === "python" ? new Error("no python3, or it has no multiprocessing", { cause: error }) : error;
      }
      return { nearPath: "", farPath: "", roundTrips: trips, close: () => program.kill() };
    },
  };
}
