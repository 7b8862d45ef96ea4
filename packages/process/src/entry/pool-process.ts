// What a process of a pool runs, from its birth until it is told to leave.
import { TaskRunner } from "../pool/task-runner.ts";
import { asRun, type ToWorker, type WireRun, type WireTask } from "../pool/wire.ts";
import { adoptIdentity, identity } from "../process/identity.ts";
import { parentLine } from "../process/parent-line.ts";

/** Takes the pool's messages; never returns. */
export function work(): Promise<never> {
  // It ends with its parent as a daemon does, but may have children: a pool in a pool is legal here.
  adoptIdentity({ ...identity(), daemon: false });
  const line = parentLine();
  const runner = new TaskRunner(line);
  line.receive((message: ToWorker) => {
    const run = asRun(message);
    if (run !== undefined) void runner.run(run);
    else obey(runner, message as Exclude<ToWorker, WireRun | readonly WireTask[]>);
  });
  return new Promise(() => {});
}

function obey(runner: TaskRunner, message: Exclude<ToWorker, WireRun | readonly WireTask[]>): void {
  if (message.type === "boot") void runner.boot(message.boot);
  else if (message.type === "cancel") runner.cancel(message);
  else
    void parentLine()
      .flushed()
      .then(() => process.exit(0));
}
