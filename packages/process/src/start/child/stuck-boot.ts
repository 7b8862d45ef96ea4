import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { readProcStat } from "../../posix/calls/proc-stat.ts";

/** The threads of a Node that runs code: the main thread, four of V8's platform, and one for delayed tasks. */
const fewestThreads = 6;
const checkMs = 1000;
/** In so many checks in a row a stuck Node has done nothing. */
const checks = 3;

/**
 * Finds out that a Node process hangs while it boots. At the limit on processes, Node waits without end for threads
 * that it could not start. On Linux only; elsewhere this has no effect.
 *
 * Source: Node waits for each of its platform's threads, also for those whose creation failed
 *   (`WorkerThreadsTaskRunner` in src/node_platform.cc; Node 20 to 26).
 *
 * @param program the path of the program that it is to run.
 * @param options Node's options for it, as texts. A Node with fewer threads than usual is not checked.
 * @param hasBooted whether the process runs its program, or has ended; the checks then end.
 * @param onStuck called with the error that describes it.
 */
export function watchBoot(
  pid: number,
  program: string,
  options: readonly string[],
  hasBooted: () => boolean,
  onStuck: (error: Error) => void,
): void {
  if (process.platform !== "linux" || /(v8-pool-size|single-threaded)/.test(options.join(" ").replaceAll("_", "-")))
    return;
  let before: number | undefined;
  let idleChecks = 0;
  const timer = setInterval(() => {
    if (hasBooted()) {
      clearInterval(timer);
      return;
    }
    const ticks = bootTicks(pid, program);
    idleChecks = ticks !== undefined && ticks === before ? idleChecks + 1 : 0;
    before = ticks;
    if (idleChecks < checks) return;
    clearInterval(timer);
    const why = "Node could not start its threads: the limit on processes is reached; raise it (ulimit -u)";
    onStuck(Object.assign(new Error(why), { code: "EAGAIN", syscall: "pthread_create" }));
  }, checkMs);
  timer.unref();
}

/** The processor time of a Node that sleeps and has too few threads to run code; `undefined` for any other process. */
function bootTicks(pid: number, program: string): number | undefined {
  const stat = readProcStat(pid);
  if (typeof stat === "string" || stat.state !== "S") return undefined;
  try {
    if (readdirSync(`/proc/${pid}/task`).length >= fewestThreads) return undefined;
    // The process may be a wrapper that starts Node later.
    if (readlinkSync(`/proc/${pid}/exe`) !== readlinkSync("/proc/self/exe")) return undefined;
    if (!readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(program)) return undefined;
  } catch {
    return undefined;
  }
  return stat.userTicks + stat.systemTicks;
}
