import { once } from "node:events";
import type { Readable } from "node:stream";
import { Process, type StartMethodName, setSpareWorkers } from "@manyhands/process";
import { monotonicNs } from "../machine/monotonic-clock.ts";
import type { ChildStamps, Launcher } from "./launcher.ts";
import type { reportStartTime } from "./started-child.ts";

const module = new URL("./started-child.js", import.meta.url);

/** A `Process` of @manyhands/process by one of its start methods. */
export function ownLauncher(startMethod: StartMethodName): Launcher {
  return {
    id: startMethod,
    title: `new Process, ${startMethod}`,
    family: "manyhands",
    dependsOnBallast: true,
    async open() {
      return {
        runChild: () => runChild(startMethod),
        async startIdle() {
          const child = new Process({ module, name: "idle" }, { startMethod, stdout: "pipe" });
          child.start();
          await once(child.stdout as Readable, "data");
          return {
            ...(startMethod === "thread" || child.pid === null ? {} : { pid: child.pid }),
            async release() {
              child.terminate();
              await child.join();
            },
          };
        },
      };
    },
  };
}

/**
 * A thread that was started before it is needed, as `setSpareWorkers` does. The spare worker is started just before
 * the measured call and none afterwards, so that the other launchers run without one.
 */
export const spareWorkerLauncher: Launcher = {
  id: "thread spare",
  title: "new Process, thread, of a spare worker",
  family: "manyhands",
  dependsOnBallast: false,
  async open() {
    return {
      async runChild() {
        await setSpareWorkers(1);
        try {
          return await runChild("thread");
        } finally {
          await setSpareWorkers(0);
        }
      },
    };
  },
};

async function runChild(startMethod: StartMethodName): Promise<ChildStamps> {
  const callNs = monotonicNs();
  const child = new Process<typeof reportStartTime>({ module, name: "reportStartTime" }, { startMethod });
  child.start();
  const returnedNs = monotonicNs();
  const startedNs = await child.result();
  const answeredNs = monotonicNs();
  await child.join();
  return { callNs, returnedNs, startedNs, answeredNs, goneNs: monotonicNs() };
}
