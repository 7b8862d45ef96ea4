import { once } from "node:events";
import type { Readable } from "node:stream";
import { Process, type StartMethodName, setSpareWorkers } from "@manyhands/process";
import { now } from "../machine/shared-clock.ts";
import type { SpawnMethod, Stamps } from "./launcher.ts";
import type { newborn as Newborn } from "./started-child.ts";

const module = new URL("./started-child.js", import.meta.url);

/** A `Process` of ours by one of its start methods. */
export function ownMethod(startMethod: StartMethodName): SpawnMethod {
  return {
    id: startMethod,
    title: `new Process, ${startMethod}`,
    family: "manyhands",
    feelsBallast: true,
    async open() {
      return {
        bear: () => bear(startMethod),
        async hold() {
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

/** A thread that was booted ahead, as `setSpareWorkers` keeps them. The others have none: it is made before its turn, and no new one after it. */
export const spareMethod: SpawnMethod = {
  id: "thread spare",
  title: "new Process, thread, of a spare worker",
  family: "manyhands",
  feelsBallast: false,
  async open() {
    return {
      async bear() {
        await setSpareWorkers(1);
        try {
          return await bear("thread");
        } finally {
          await setSpareWorkers(0);
        }
      },
    };
  },
};

async function bear(startMethod: StartMethodName): Promise<Stamps> {
  const callNs = now();
  const child = new Process<typeof Newborn>({ module, name: "newborn" }, { startMethod });
  child.start();
  const returnedNs = now();
  const bornNs = await child.result();
  const answeredNs = now();
  await child.join();
  return { callNs, returnedNs, bornNs, answeredNs, goneNs: now() };
}
