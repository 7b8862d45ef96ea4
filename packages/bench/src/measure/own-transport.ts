import { getContext, type StartMethodName } from "@manyhands/process";
import { shapes } from "./payload.ts";
import type { pipeEcho } from "./pipe-echo.ts";
import type { Line } from "./process-member.ts";
import { type Transport, timeEchoes } from "./transport.ts";

const target = { module: new URL("./pipe-echo.js", import.meta.url), name: "pipeEcho" };

/** Our own Pipe, to a thread and to a fresh process. */
export const ownTransports: readonly Transport[] = [pipe("thread"), pipe("spawn")];

function pipe(startMethod: StartMethodName): Transport {
  return {
    id: `Pipe ${startMethod}`,
    title: `Pipe to a Process, ${startMethod}`,
    family: "manyhands",
    shapes,
    async open() {
      const { Pipe, Process } = getContext(startMethod);
      const [near, far] = Pipe() as unknown as [Line, Line];
      const child = new Process<typeof pipeEcho>(target, { args: [far] });
      child.start();
      const echo = async (payload: unknown) => {
        await near.send(payload);
        return near.recv();
      };
      return {
        ...(startMethod === "thread" || child.pid === null ? {} : { farPath: `/proc/${child.pid}/task/${child.pid}` }),
        echo,
        pingPong: (payload, count) => timeEchoes(() => echo(payload), count),
        async close() {
          await near.send(null);
          await child.join();
          near.close();
        },
      };
    },
  };
}
