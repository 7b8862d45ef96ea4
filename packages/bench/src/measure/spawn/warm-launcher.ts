import { getContext, type StartMethodName } from "@manyhands/process";
import { now } from "../machine/shared-clock.ts";
import type { SpawnMethod } from "./launcher.ts";
import type { newborn as Newborn } from "./started-child.ts";

const target = { module: new URL("./started-child.js", import.meta.url), name: "newborn" };

/** A call to a Pool whose worker is there already: what is left of a child's cost when children are used again. */
export function warmMethod(startMethod: StartMethodName): SpawnMethod {
  return {
    id: `warm pool ${startMethod}`,
    title: `a call to a warm Pool, ${startMethod} (no birth)`,
    family: "manyhands",
    feelsBallast: false,
    async open() {
      const pool = new (getContext(startMethod).Pool)({ processes: 1 });
      return {
        async bear() {
          const callNs = now();
          const answer = pool.apply<typeof Newborn>(target);
          const returnedNs = now();
          const bornNs = await answer;
          const answeredNs = now();
          return { callNs, returnedNs, bornNs, answeredNs, goneNs: answeredNs };
        },
        async close() {
          pool.close();
          await pool.join();
        },
      };
    },
  };
}
