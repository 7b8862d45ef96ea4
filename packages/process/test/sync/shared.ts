import { getContext, Process, type StartMethodName } from "@manyhands/process";

const job = new URL("../fixture/sharing.js", import.meta.url);

/** The API of one start method, with a way to run the targets of the fixture in its children. */
export function sharing(startMethod: StartMethodName) {
  const context = getContext(startMethod);
  const start = (name: string, ...args: unknown[]) =>
    new Process({ module: job, name }, { startMethod, args, stderr: "pipe" }).start();
  return { ...context, start, run: (name: string, ...args: unknown[]) => start(name, ...args).result() };
}
