import { getAllStartMethods, getContext, Process, type StartMethodName } from "@manyhands/process";

const job = new URL("../fixture/sharing.js", import.meta.url);

/**
 * A start method whose children are processes: `forkserver` where it is available, which starts them in a fifth of
 * the time of `spawn`. Both share the same memory. The tests of queues and pipes use `spawn`.
 */
export const processMethod: StartMethodName = getAllStartMethods().includes("forkserver") ? "forkserver" : "spawn";

/** The API of one start method, with functions that run targets of the fixture in its children. */
export function sharing(startMethod: StartMethodName) {
  const context = getContext(startMethod);
  const start = (name: string, ...args: unknown[]) =>
    new Process({ module: job, name }, { startMethod, args, stderr: "pipe" }).start();
  return { ...context, start, run: (name: string, ...args: unknown[]) => start(name, ...args).result() };
}
