import { getContext, type StartMethodName } from "@manyhands/process";
import { monotonicNs } from "../machine/monotonic-clock.ts";
import type { Launcher } from "./launcher.ts";
import type { reportStartTime } from "./started-child.ts";

const target = { module: new URL("./started-child.js", import.meta.url), name: "reportStartTime" };

/** A call to a Pool whose worker has been started: the cost that remains when a child is reused. */
export function warmPoolLauncher(startMethod: StartMethodName): Launcher {
  return {
    id: `warm pool ${startMethod}`,
    title: `a call to a warm Pool, ${startMethod} (no start)`,
    family: "manyhands",
    dependsOnBallast: false,
    async open() {
      const pool = new (getContext(startMethod).Pool)({ processes: 1 });
      return {
        async runChild() {
          const callNs = monotonicNs();
          const answer = pool.apply<typeof reportStartTime>(target);
          const returnedNs = monotonicNs();
          const startedNs = await answer;
          const answeredNs = monotonicNs();
          return { callNs, returnedNs, startedNs, answeredNs, goneNs: answeredNs };
        },
        async close() {
          pool.close();
          await pool.join();
        },
      };
    },
  };
}
