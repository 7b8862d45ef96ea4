import { once } from "node:events";
import type { Readable } from "node:stream";
import { Process, type StartMethodName } from "@manyhands/process";
import type { newborn as Newborn } from "./newborn.ts";
import type { SpawnMethod } from "./spawn-method.ts";
import { now } from "./thread-clock.ts";

const module = new URL("./newborn.js", import.meta.url);

/** A `Process` of ours by one of its start methods. */
export function ownMethod(startMethod: StartMethodName): SpawnMethod {
  return {
    id: startMethod,
    title: `new Process, ${startMethod}`,
    family: "manyhands",
    feelsBallast: true,
    async open() {
      return {
        async bear() {
          const callNs = now();
          const child = new Process<typeof Newborn>({ module, name: "newborn" }, { startMethod });
          child.start();
          const returnedNs = now();
          const bornNs = await child.result();
          const answeredNs = now();
          await child.join();
          return { callNs, returnedNs, bornNs, answeredNs, goneNs: now() };
        },
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
