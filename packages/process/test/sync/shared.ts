import { getAllStartMethods, getContext, Process, type StartMethodName } from "@manyhands/process";

const job = new URL("../fixture/sharing.js", import.meta.url);

/**
 * A start method whose children have processes of their own: the fork server where there is one, which starts them in a
 * fifth of the time. The memory that they share is the same; queues and pipes are tried with spawned ones.
 */
export const processMethod: StartMethodName = getAllStartMethods().includes("forkserver") ? "forkserver" : "spawn";

/** The API of one start method, with a way to run the targets of the fixture in its children. */
export function sharing(startMethod: StartMethodName) {
  const context = getContext(startMethod);
  const start = (name: string, ...args: unknown[]) =>
    new Process({ module: job, name }, { startMethod, args, stderr: "pipe" }).start();
  return { ...context, start, run: (name: string, ...args: unknown[]) => start(name, ...args).result() };
}
